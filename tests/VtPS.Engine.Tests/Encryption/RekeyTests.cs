using VtPS.Engine.Maintenance;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using Xunit;

namespace VtPS.Engine.Tests.Encryption;

/// <summary>Rewriting a Store under its new key.</summary>
public sealed class RekeyTests
{
    private static readonly StoreCredentials New = EncryptedHome.By("new");

    private static Task<VtOptimizeResult> OptimizeAsync(StoreSession session, OptimizeRequest? request = null) =>
        OptimizeOperation.RunAsync(session, request ?? new OptimizeRequest { Rekey = true }, new LeaseMemory(null), NullObserver.Instance, CancellationToken.None);

    private static async Task<(EncryptedHome Home, VtBackup Backup)> ChangedAsync()
    {
        EncryptedHome home = await EncryptedHome.CreateAsync();
        VtBackup backup = await home.BackupAsync();
        await using StoreSession session = await home.OpenAsync();
        await KeyOperations.UpdateAsync(session, New, 1_000, CancellationToken.None);
        return (home, backup);
    }

    private static async Task<List<uint>> EpochsAsync(StoreSession session)
    {
        List<uint> epochs = [];
        foreach (ObjectInfo info in await session.RawStorage.ListAllAsync(StoreNames.Data, CancellationToken.None))
        {
            Assert.True(StoreNames.TryParseDataFile(info.Name, out DataFileId file));
            epochs.Add(await session.DataFiles.ReadEpochAsync(file, CancellationToken.None));
        }

        return epochs;
    }

    [Fact]
    public async Task EverythingIsRewrittenAndComesBack()
    {
        (EncryptedHome home, VtBackup backup) = await ChangedAsync();
        using (home)
        {
            await using (StoreSession session = await home.OpenAsync(New))
            {
                Assert.All(await EpochsAsync(session), epoch => Assert.Equal(1u, epoch));
                Assert.True((await OptimizeAsync(session)).RekeyFinished);
                Assert.All(await EpochsAsync(session), epoch => Assert.Equal(2u, epoch));
            }

            Assert.Empty(await home.RestoreAsync(backup, New));
            Assert.Equal(backup.Id, Assert.Single(await home.ListAsync(New)).Id);
            await using StoreSession again = await home.OpenAsync(New);
            Assert.Equal(2u, again.Keys!.Minimum);
            Assert.True((await OptimizeAsync(again)).RekeyFinished);

            // And once more: what was vouched for is carried along.
            await KeyOperations.UpdateAsync(again, EncryptedHome.By("newest"), 1_000, CancellationToken.None);
            await using StoreSession third = await home.OpenAsync(EncryptedHome.By("newest"));
            Assert.True((await OptimizeAsync(third)).RekeyFinished);
            Assert.Empty(await home.RestoreAsync(backup, EncryptedHome.By("newest")));
            Assert.Equal(2, home.Files("keys").Count(file => file.Contains("epoch.3", StringComparison.Ordinal)));
            Assert.DoesNotContain(home.Files("keys"), file => file.Contains("epoch.2", StringComparison.Ordinal) || file.Contains("epoch.1", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task ItGoesOnInStepsAndIsFinishedWhenNothingIsLeft()
    {
        (EncryptedHome home, VtBackup backup) = await ChangedAsync();
        using (home)
        {
            await using StoreSession session = await home.OpenAsync(New);
            Assert.False((await OptimizeAsync(session, new OptimizeRequest { Rekey = true, MaximumRepack = 1 })).RekeyFinished);
            Assert.Empty(await home.RestoreAsync(backup, New));
            Assert.True((await OptimizeAsync(session)).RekeyFinished);
            Assert.Empty(await home.RestoreAsync(backup, New));
        }
    }

    [Fact]
    public async Task ALeaseOfTheOldEpochIsWaitedFor()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        await home.BackupAsync();
        await using StoreSession old = await home.OpenAsync();
        StoreWriter writer = await StoreWriter.OpenAsync(old, "test", CancellationToken.None);
        await using (StoreSession changing = await home.OpenAsync())
        {
            await KeyOperations.UpdateAsync(changing, New, 1_000, CancellationToken.None);
        }

        await using StoreSession session = await home.OpenAsync(New);
        Assert.False((await OptimizeAsync(session)).RekeyFinished);
        await writer.DisposeAsync();
        Assert.True((await OptimizeAsync(session)).RekeyFinished);
    }

    [Fact]
    public async Task WhatSomeoneWithTheOldKeyPutsThereLaterIsNotBelieved()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        VtBackup backup = await home.BackupAsync();
        await using StoreSession old = await home.OpenAsync();
        await using (StoreSession changing = await home.OpenAsync())
        {
            await KeyOperations.UpdateAsync(changing, New, 1_000, CancellationToken.None);
        }

        await using (StoreSession session = await home.OpenAsync(New))
        {
            Assert.True((await OptimizeAsync(session)).RekeyFinished);
        }

        // A forged backup, sealed with the old key, and a changed one under the old name.
        string forged = DataFileId.New().ToString();
        byte[] content = await old.Storage.GetAsync(StoreNames.Backup(backup.Id), 1 << 20, CancellationToken.None);
        await old.Storage.PutAsync(StoreNames.Backup(forged), forged, content, CancellationToken.None);
        await using StoreSession reader = await home.OpenAsync(New);
        List<VtException> damaged = [];
        Assert.Equal(backup.Id, Assert.Single(await Engine.Backups.BackupCatalog.ReadAllAsync(reader, damaged.Add, CancellationToken.None)).Id);
        Assert.Single(damaged);
        await old.RawStorage.DeleteAsync(StoreNames.Backup(backup.Id), CancellationToken.None);
        await old.Storage.PutAsync(StoreNames.Backup(backup.Id), forged, content, CancellationToken.None);
        Assert.Empty(await Engine.Backups.BackupCatalog.ReadAllAsync(reader, damaged.Add, CancellationToken.None));
    }

    [Fact]
    public async Task APlainStoreHasNoKeyToRewriteUnder()
    {
        using Support.TempFolder temp = new();
        await using Support.TestStore store = await Support.TestStore.CreateAsync(temp.Combine("plain"));
        Assert.Equal(VtErrorId.InvalidArgument, (await Assert.ThrowsAsync<VtException>(() => OptimizeAsync(store.Session))).ErrorId);
    }
}
