using VtPS.Engine.Backups;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.WrongDoors;

/// <summary>Passwords, keys and objects of another Store.</summary>
public sealed class ForeignStoreTests
{
    private static readonly byte[] Mine = TestContent.Random(3000, 11);
    private static readonly byte[] Theirs = TestContent.Random(3000, 12);

    [Fact]
    public async Task AWrongPasswordAndAWrongKeyFileAreRefusedByTheStoresName()
    {
        using DoorStore door = await DoorStore.CreateAsync(encrypted: true);
        string password = door.Temp.WriteFile("password", "never heard of");
        foreach (StoreCredentials wrong in (StoreCredentials[])[new() { PasswordFile = password }, door.KeyFile(99)])
        {
            VtException error = await Assert.ThrowsAsync<VtException>(() => door.OpenAsync(credentials: wrong));
            Assert.Equal(VtErrorId.PasswordIncorrect, error.ErrorId);
            Assert.Contains($"none of the 1 key slots of the Store at '{door.Path}'", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("never heard of", error.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DataFilesOfAnotherStoreAreNoneOfThisOnes(bool encrypted)
    {
        using DoorStore door = await DoorStore.CreateAsync(encrypted);
        VtBackup mine = await FillAsync(door, Mine);
        using DoorStore other = await DoorStore.CreateAsync(encrypted, key: 2);
        VtBackup theirs = await FillAsync(other, Theirs);
        CopyIn(other, "data", door);

        List<VtTestResult> found = await door.TestAsync();
        if (encrypted)
        {
            foreach (string file in other.StoreFiles("data"))
            {
                string id = Path.GetFileNameWithoutExtension(file);
                Assert.Single(found, f => f.Kind == VtTestKind.DataFileDamaged && f.Message.Contains(id, StringComparison.Ordinal));
            }
        }
        else
        {
            // Plain blocks mean the same everywhere.
            Assert.Empty(found);
        }

        DoorRestore restored = await door.RestoreAsync(mine);
        Assert.Empty(restored.Errors);
        Assert.Equal(Mine, restored.Read("a"));
        Assert.Equal(Theirs, (await other.RestoreAsync(theirs)).Read("a"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ABackupOfAnotherStoreIsNamedAsDamagedOrAsMissingItsBlocks(bool encrypted)
    {
        using DoorStore door = await DoorStore.CreateAsync(encrypted);
        VtBackup mine = await FillAsync(door, Mine);
        using DoorStore other = await DoorStore.CreateAsync(encrypted, key: 2);
        VtBackup theirs = await FillAsync(other, Theirs);
        CopyIn(other, "backups", door);

        List<VtTestResult> found = await door.TestAsync();
        Assert.Contains(found, f => f.Kind == (encrypted ? VtTestKind.BackupDamaged : VtTestKind.BlockMissing) && f.BackupId.Contains(theirs.Id));
        Assert.DoesNotContain(found, f => f.BackupId.Contains(mine.Id));
        await using StoreSession session = await door.OpenAsync();
        List<VtException> damaged = [];
        List<VtBackup> listed = await BackupCatalog.ReadAllAsync(session, damaged.Add, CancellationToken.None);
        if (encrypted)
        {
            Assert.Equal(mine.Id, Assert.Single(listed).Id);
            VtException error = Assert.Single(damaged);
            Assert.Contains(theirs.Id, error.Message, StringComparison.Ordinal);
        }
        else
        {
            DoorRestore restored = await door.RestoreAsync(theirs);
            Assert.Equal(VtErrorId.BlockNotFound, Assert.Single(restored.Errors).Id);
            Assert.Contains(VtBlockReference.Parse(theirs.Root).Hash!.ToString(), restored.Errors[0].Message, StringComparison.Ordinal);
        }

        Assert.Equal(Mine, (await door.RestoreAsync(mine)).Read("a"));
    }

    [Fact]
    public async Task KeysOfAnotherStoreOpenNothing()
    {
        using DoorStore door = await DoorStore.CreateAsync(encrypted: true);
        VtBackup mine = await FillAsync(door, Mine);
        using DoorStore other = await DoorStore.CreateAsync(encrypted: true, key: 2);
        string right = door.Temp.Combine("right");
        DoorStore.Copy(Path.Combine(door.Path, "keys"), right);

        // A slot put beside the right one: bound to its own Store, its key file does not open it here; the right one still does.
        string slot = Assert.Single(other.StoreFiles("keys"), file => !file.Contains("epoch", StringComparison.Ordinal));
        File.Copy(slot, Path.Combine(door.Path, "keys", Path.GetFileName(slot)));
        VtException error = await Assert.ThrowsAsync<VtException>(() => door.OpenAsync(credentials: other.Credentials));
        Assert.Equal(VtErrorId.PasswordIncorrect, error.ErrorId);
        Assert.Contains(door.Path, error.Message, StringComparison.Ordinal);
        Assert.Equal(Mine, (await door.RestoreAsync(mine)).Read("a"));

        // All of them, in the place of the right ones.
        Directory.Delete(Path.Combine(door.Path, "keys"), recursive: true);
        DoorStore.Copy(Path.Combine(other.Path, "keys"), Path.Combine(door.Path, "keys"));
        foreach (StoreCredentials? credentials in (StoreCredentials?[])[door.Credentials, other.Credentials])
        {
            error = await Assert.ThrowsAsync<VtException>(() => door.OpenAsync(credentials: credentials));
            Assert.Equal(VtErrorId.PasswordIncorrect, error.ErrorId);
            Assert.Contains(door.Path, error.Message, StringComparison.Ordinal);
        }

        // The right slots, and the other's record of the epoch: the slot opens, and what it should open does not.
        Directory.Delete(Path.Combine(door.Path, "keys"), recursive: true);
        DoorStore.Copy(right, Path.Combine(door.Path, "keys"));
        string record = EpochRecord.NameOf(1, false);
        File.Copy(Path.Combine(other.Path, record), Path.Combine(door.Path, record), overwrite: true);
        error = await Assert.ThrowsAsync<VtException>(() => door.OpenAsync());
        Assert.Equal(VtErrorId.DataFileDamaged, error.ErrorId);
        Assert.Contains(record, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APlainStoreJsonInPlaceOfAnEncryptedOneIsRefused()
    {
        using DoorStore door = await DoorStore.CreateAsync(encrypted: true);
        await FillAsync(door, Mine);
        await (await door.OpenAsync(known: true)).DisposeAsync();
        string file = Path.Combine(door.Path, StoreNames.Config);
        byte[] right = File.ReadAllBytes(file);
        File.WriteAllBytes(file, (StoreConfig.Parse(right, door.Path) with { IsEncrypted = false }).ToBytes());

        // With the key given, no client takes it, fresh or not; without one, a client that has seen the right one does not.
        foreach (bool known in (bool[])[false, true])
        {
            VtException error = await Assert.ThrowsAsync<VtException>(() => door.OpenAsync(known));
            Assert.Equal(known ? VtErrorId.NotAStore : VtErrorId.InvalidArgument, error.ErrorId);
            Assert.Contains($"'{door.Path}' is not encrypted", error.Message, StringComparison.Ordinal);
        }

        VtException without = await Assert.ThrowsAsync<VtException>(() => door.OpenAsync(known: true, credentials: new StoreCredentials()));
        Assert.Equal(VtErrorId.NotAStore, without.ErrorId);
        Assert.Contains("a plain store.json in the place of the right one", without.Message, StringComparison.Ordinal);
        File.WriteAllBytes(file, right);
        await (await door.OpenAsync(known: true)).DisposeAsync();
    }

    private static async Task<VtBackup> FillAsync(DoorStore door, byte[] content) =>
        await door.PutBackupAsync(DoorStore.Files(await door.AddFileAsync(DataFileContent.Files, content)));

    private static void CopyIn(DoorStore from, string folder, DoorStore to)
    {
        foreach (string file in from.StoreFiles(folder))
        {
            string target = Path.Combine(to.Path, Path.GetRelativePath(from.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
