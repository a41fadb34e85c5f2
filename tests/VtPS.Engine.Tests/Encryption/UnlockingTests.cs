using System.Diagnostics;
using VtPS.Engine.Backups;
using VtPS.Engine.Encryption;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Encryption;

/// <summary>Who gets in, and what those who do not are told.</summary>
public sealed class UnlockingTests
{
    [Fact]
    public async Task ThePasswordOpensAndWhatWasBackedUpComesBack()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        VtBackup backup = await home.BackupAsync();
        Assert.True(backup.Origin!.IsEncrypted);
        Assert.Empty(await home.RestoreAsync(backup));
    }

    [Fact]
    public async Task NothingThatWasBackedUpStandsInTheClear()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        await home.BackupAsync();
        foreach (string file in home.Files("."))
        {
            string text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file));
            Assert.DoesNotContain(EncryptedHome.Marker, text, StringComparison.Ordinal);
            Assert.DoesNotContain(EncryptedHome.Password, text, StringComparison.Ordinal);
            Assert.DoesNotContain(home.Source, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AWrongPasswordAndNoneAreErrorsOfTheirOwn()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        Assert.Equal(VtErrorId.PasswordIncorrect, await home.ErrorAsync(() => home.OpenAsync(EncryptedHome.By("wrong"))));
        Assert.Equal(VtErrorId.PasswordRequired, await home.ErrorAsync(() => home.OpenAsync(new StoreCredentials())));
    }

    [Fact]
    public async Task AKeyFileOpensAndAnotherDoesNot()
    {
        using TempFolder keys = new();
        string right = keys.WriteFile("right", System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        string wrong = keys.WriteFile("wrong", System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        string tooShort = keys.WriteFile("short", new byte[15]);
        using EncryptedHome home = await EncryptedHome.CreateAsync(new StoreCredentials { KeyFile = right });
        VtBackup backup = await home.BackupAsync(new StoreCredentials { KeyFile = right });
        Assert.Empty(await home.RestoreAsync(backup, new StoreCredentials { KeyFile = right }));
        Assert.Equal(VtErrorId.PasswordIncorrect, await home.ErrorAsync(() => home.OpenAsync(new StoreCredentials { KeyFile = wrong })));
        Assert.Equal(VtErrorId.InvalidArgument, await home.ErrorAsync(() => home.OpenAsync(new StoreCredentials { KeyFile = tooShort })));
        Assert.Equal(VtErrorId.PathNotFound, await home.ErrorAsync(() => home.OpenAsync(new StoreCredentials { KeyFile = right + "-gone" })));

        // The very same bytes as a password are another secret.
        Assert.Equal(VtErrorId.PasswordIncorrect, await home.ErrorAsync(() => home.OpenAsync(new StoreCredentials { PasswordFile = right })));
    }

    [Theory]
    [InlineData("correct horse")]
    [InlineData("correct horse\n")]
    [InlineData("correct horse\r\n")]
    [InlineData("\uFEFFcorrect horse\n")]
    public async Task APasswordFileMayEndInALineEnd(string content)
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        string file = home.Temp.WriteFile("password", content);
        await using StoreSession session = await home.OpenAsync(new StoreCredentials { PasswordFile = file });
        Assert.NotNull(session.Keys);
    }

    [Fact]
    public async Task ADamagedSlotIsToldApartFromAWrongPassword()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        string slot = Assert.Single(home.Files("keys"), file => !file.Contains("epoch", StringComparison.Ordinal));
        byte[] bytes = File.ReadAllBytes(slot);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(slot, bytes);
        VtException error = await Assert.ThrowsAsync<VtException>(() => home.OpenAsync());
        Assert.Equal(VtErrorId.DataFileDamaged, error.ErrorId);
        Assert.Contains("checksum", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASlotThatAsksForAbsurdIterationsIsRefusedAtOnce()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        string path = Assert.Single(home.Files("keys"), file => !file.Contains("epoch", StringComparison.Ordinal));
        KeySlot slot = KeySlot.Parse(System.IO.Path.GetFileNameWithoutExtension(path), File.ReadAllBytes(path));
        File.WriteAllBytes(path, (slot with { Iterations = KeyWrap.MaximumIterations + 1 }).ToBytes());
        Stopwatch watch = Stopwatch.StartNew();
        VtException error = await Assert.ThrowsAsync<VtException>(() => home.OpenAsync());
        Assert.Contains("20000001 iterations", error.Message, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void OneTryOfAPasswordTakesItsTime()
    {
        using StoreSecret secret = StoreSecret.FromPassword("a guess");
        EpochKey key = EpochKey.Draw(1);
        Stopwatch watch = Stopwatch.StartNew();
        KeySlot.Create("0123", key, secret, KeyWrap.DefaultIterations);
        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(0.2), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task APlainStoreRefusesAPassword()
    {
        using TempFolder temp = new();
        await StoreCreation.CreateAsync(new CreateStoreRequest { Address = new StoreAddress(temp.Combine("s")) }, NullObserver.Instance, CancellationToken.None);
        VtException error = await Assert.ThrowsAsync<VtException>(() => StoreSession.OpenAsync(
            new StoreAddress(temp.Combine("s")) { Credentials = EncryptedHome.By("x") }, new MemoryBlockIndexFactory(), CancellationToken.None));
        Assert.Equal(VtErrorId.InvalidArgument, error.ErrorId);
    }

    [Fact]
    public async Task AClientThatHasSeenTheStoreEncryptedRefusesItPlain()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        await home.BackupAsync();
        string config = System.IO.Path.Combine(home.Path, "store.json");
        byte[] right = File.ReadAllBytes(config);
        File.WriteAllBytes(config, (StoreConfig.Parse(right, home.Path) with { IsEncrypted = false }).ToBytes());
        Assert.Equal(VtErrorId.NotAStore, await home.ErrorAsync(() => home.OpenAsync(new StoreCredentials())));
        Assert.Equal(VtErrorId.NotAStore, await home.ErrorAsync(() => home.OpenAsync()));
        File.WriteAllBytes(config, right);
        Assert.Single(await home.ListAsync());
    }

    [Fact]
    public async Task AChangedStoreJsonIsRefused()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        string config = System.IO.Path.Combine(home.Path, "store.json");
        StoreConfig right = StoreConfig.Parse(File.ReadAllBytes(config), home.Path);
        File.WriteAllBytes(config, (right with { Description = "another" }).ToBytes());
        VtException error = await Assert.ThrowsAsync<VtException>(() => home.OpenAsync(fresh: true));
        Assert.Equal(VtErrorId.NotAStore, error.ErrorId);
        Assert.Contains("store.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStoreOfAnotherKeyUnderTheSameIdIsRefused()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        await home.BackupAsync();
        byte[] config = File.ReadAllBytes(System.IO.Path.Combine(home.Path, "store.json"));

        // Someone who knows the password makes new keys for the same store.json.
        StoreConfig parsed = StoreConfig.Parse(config, home.Path);
        KeyRing other = new(parsed.Id, EpochKey.Draw(1), [], 1, new Dictionary<string, byte[]>());
        foreach (string file in home.Files("keys"))
        {
            File.Delete(file);
        }

        File.WriteAllBytes(System.IO.Path.Combine(home.Path, EpochRecord.NameOf(1, false)), EpochRecord.Write(other, false, config));
        KeySlot slot = Assert.Single(await KeyOperations.MakeSlotsAsync(other, EncryptedHome.By(EncryptedHome.Password), 1_000, CancellationToken.None));
        File.WriteAllBytes(System.IO.Path.Combine(home.Path, KeySlot.NameOf(slot.Id)), slot.ToBytes());
        VtException error = await Assert.ThrowsAsync<VtException>(() => home.OpenAsync());
        Assert.Contains("another key", error.Message, StringComparison.Ordinal);

        // A client that never saw the right one gets in, and finds that nothing opens.
        await using StoreSession session = await home.OpenAsync(fresh: true);
        List<VtException> damaged = [];
        Assert.Empty(await BackupCatalog.ReadAllAsync(session, damaged.Add, CancellationToken.None));
        Assert.Single(damaged);
        Assert.NotEmpty(session.Damage);
    }

    [Fact]
    public async Task WhatAClientHasSeenIsReadableByItsOwnerAlone()
    {
        using EncryptedHome home = await EncryptedHome.CreateAsync();
        await home.BackupAsync();
        string file = Assert.Single(Directory.GetFiles(home.Cache));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(home.Cache));
        }
    }
}
