using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using Xunit;

namespace VtPS.Engine.Tests.Encryption;

/// <summary>Slots that are added and removed, and keys that are changed.</summary>
public sealed class KeyOperationsTests
{
    private const int Iterations = 1_000;

    [Fact]
    public async Task AnAddedPasswordOpensAndARemovedOneDoesNot()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        VtBackup backup = await home.BackupAsync();
        await using (StoreSession session = await home.OpenAsync())
        {
            VtKey added = Assert.Single(await KeyOperations.AddAsync(session, EncryptedHome.By("second"), Iterations, CancellationToken.None));
            List<VtKey> keys = await KeyOperations.ListAsync(session, e => throw e, CancellationToken.None);
            Assert.Equal(2, keys.Count);
            VtKey first = keys.Single(key => key.KeyId != added.KeyId);
            Assert.Equal(first.KeyId, await KeyOperations.ResolveAsync(session, first.KeyId[..8], CancellationToken.None));
            Assert.Equal(VtKeyStatus.Ended, (await KeyOperations.RemoveAsync(session, first.KeyId, CancellationToken.None))!.Status);
            Assert.Null(await KeyOperations.RemoveAsync(session, first.KeyId, CancellationToken.None));
        }

        Assert.Equal(VtErrorId.PasswordIncorrect, await home.ErrorAsync(() => home.OpenAsync()));
        Assert.Empty(await home.RestoreAsync(backup, EncryptedHome.By("second")));
    }

    [Fact]
    public async Task TheLastSlotIsNotRemoved()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        await using StoreSession session = await home.OpenAsync();
        VtKey only = Assert.Single(await KeyOperations.ListAsync(session, e => throw e, CancellationToken.None));
        Assert.Equal(VtErrorId.LastKeyRefused, await home.ErrorAsync(() => KeyOperations.RemoveAsync(session, only.KeyId, CancellationToken.None)));
        await using StoreSession again = await home.OpenAsync();
    }

    [Fact]
    public async Task TwoWhoRemoveEachOthersSlotLeaveOne()
    {
        for (int i = 0; i < 10; i++)
        {
            using EncryptedHome home = await EncryptedHome.CreateAsync();
            await using StoreSession one = await home.OpenAsync();
            await using StoreSession two = await home.OpenAsync();
            await KeyOperations.AddAsync(one, EncryptedHome.By("second"), Iterations, CancellationToken.None);
            List<VtKey> keys = await KeyOperations.ListAsync(one, e => throw e, CancellationToken.None);
            Task<VtKey?>[] both = [Task.Run(() => KeyOperations.RemoveAsync(one, keys[0].KeyId, CancellationToken.None)), Task.Run(() => KeyOperations.RemoveAsync(two, keys[1].KeyId, CancellationToken.None))];
            await Task.WhenAll(both).ContinueWith(_ => { }, TaskScheduler.Default);
            Assert.NotEmpty(await KeyOperations.ListAsync(one, e => throw e, CancellationToken.None));
        }
    }

    [Fact]
    public async Task AKeyChangeEndsEveryOtherSlotAndListsThem()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        VtBackup before = await home.BackupAsync();
        await using (StoreSession session = await home.OpenAsync())
        {
            await KeyOperations.AddAsync(session, EncryptedHome.By("second"), Iterations, CancellationToken.None);
            List<VtKey> keys = await KeyOperations.UpdateAsync(session, EncryptedHome.By("new"), Iterations, CancellationToken.None);
            Assert.Single(keys, key => key.Status == VtKeyStatus.Active && key.Epoch == 2);
            Assert.Equal(2, keys.Count(key => key.Status == VtKeyStatus.Ended && key.Epoch == 1));
        }

        Assert.Equal(VtErrorId.PasswordIncorrect, await home.ErrorAsync(() => home.OpenAsync()));
        Assert.Equal(VtErrorId.PasswordIncorrect, await home.ErrorAsync(() => home.OpenAsync(EncryptedHome.By("second"))));
        Assert.Empty(await home.RestoreAsync(before, EncryptedHome.By("new")));
        home.Temp.WriteFile("src/more.txt", "more");
        VtBackup after = await home.BackupAsync(EncryptedHome.By("new"));
        Assert.Empty(await home.RestoreAsync(after, EncryptedHome.By("new")));
        Assert.Equal(2, (await home.ListAsync(EncryptedHome.By("new"))).Count);
    }

    [Fact]
    public async Task ASessionFromBeforeAKeyChangeWritesNothingMore()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        await using StoreSession old = await home.OpenAsync();
        await using (StoreSession session = await home.OpenAsync())
        {
            await KeyOperations.UpdateAsync(session, EncryptedHome.By("new"), Iterations, CancellationToken.None);
        }

        Assert.Equal(VtErrorId.PasswordRequired, await home.ErrorAsync(() => home.BackupAsync(old)));
        Assert.Equal(VtErrorId.PasswordRequired, await home.ErrorAsync(() => KeyOperations.UpdateAsync(old, EncryptedHome.By("other"), Iterations, CancellationToken.None)));
        Assert.Equal(VtErrorId.PasswordRequired, await home.ErrorAsync(() => KeyOperations.AddAsync(old, EncryptedHome.By("other"), Iterations, CancellationToken.None)));
        Assert.Equal(VtErrorId.PasswordRequired, await home.ErrorAsync(() => home.OpenAsync(new StoreCredentials { Ring = old.Keys })));
        Assert.Single(home.Files("keys"), file => !file.Contains("epoch", StringComparison.Ordinal));
        Assert.Empty(home.Files("leases"));
    }

    [Fact]
    public async Task KeysThatWereRolledBackAreRefusedByWhoHasSeenTheNewerOnes()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        Dictionary<string, byte[]> copy = home.Files("keys").ToDictionary(file => file, File.ReadAllBytes);
        await using (StoreSession session = await home.OpenAsync())
        {
            await KeyOperations.UpdateAsync(session, EncryptedHome.By("new"), Iterations, CancellationToken.None);
        }

        Directory.Delete(System.IO.Path.Combine(home.Path, "keys"), recursive: true);
        Directory.CreateDirectory(System.IO.Path.Combine(home.Path, "keys"));
        foreach ((string file, byte[] bytes) in copy)
        {
            File.WriteAllBytes(file, bytes);
        }

        VtException error = await Assert.ThrowsAsync<VtException>(() => home.OpenAsync());
        Assert.Equal(VtErrorId.NotAStore, error.ErrorId);
        Assert.Contains("epoch 2", error.Message, StringComparison.Ordinal);

        // Who has never seen it cannot know.
        await using StoreSession fresh = await home.OpenAsync(fresh: true);
    }

    [Fact]
    public async Task SlotsOfAChangeThatWasCutShortOpenNothing()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        await using (StoreSession session = await home.OpenAsync())
        {
            await KeyOperations.UpdateAsync(session, EncryptedHome.By("new"), Iterations, CancellationToken.None);
        }

        // As if it had been cut before its record: the slot is there, the epoch is not.
        await using (StoreSession session = await home.OpenAsync(EncryptedHome.By("new")))
        {
            await KeyOperations.UpdateAsync(session, EncryptedHome.By("newer"), Iterations, CancellationToken.None);
        }

        File.Delete(System.IO.Path.Combine(home.Path, EpochRecord.NameOf(2, false)));
        File.Delete(System.IO.Path.Combine(home.Path, EpochRecord.NameOf(3, false)));
        Directory.Delete(home.Cache, recursive: true);
        Assert.Equal(VtErrorId.DataFileDamaged, await home.ErrorAsync(() => home.OpenAsync(EncryptedHome.By("newer"))));
    }

    [Fact]
    public async Task APlainStoreHasNoKeys()
    {
        using Support.TempFolder temp = new();
        await using Support.TestStore store = await Support.TestStore.CreateAsync(temp.Combine("plain"));
        VtException error = await Assert.ThrowsAsync<VtException>(() => KeyOperations.UpdateAsync(store.Session, EncryptedHome.By("x"), Iterations, CancellationToken.None));
        Assert.Equal(VtErrorId.InvalidArgument, error.ErrorId);
        Assert.False(File.Exists(temp.Combine("plain", "keys")));
    }
}
