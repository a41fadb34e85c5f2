using VtPS.Engine.Backups;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.WrongDoors;

/// <summary>Older states put in the place of newer ones, and Stores that were copied, before a client whose cache has seen more.</summary>
public sealed class RolledBackTests
{
    [Fact]
    public async Task AStoreJsonOfBeforeIsRefused()
    {
        using DoorStore door = await DoorStore.CreateAsync(encrypted: true);
        await (await door.OpenAsync(known: true)).DisposeAsync();
        string file = Path.Combine(door.Path, StoreNames.Config);
        StoreConfig right = StoreConfig.Parse(File.ReadAllBytes(file), door.Path);

        // None is ever rewritten: one with other content is another's, whatever it says.
        File.WriteAllBytes(file, (right with { Description = "of before" }).ToBytes());
        foreach (bool known in (bool[])[false, true])
        {
            VtException error = await Assert.ThrowsAsync<VtException>(() => door.OpenAsync(known));
            Assert.Equal(VtErrorId.NotAStore, error.ErrorId);
            Assert.Contains($"store.json at '{door.Path}' is not the one that the Store was made with", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task KeysOfBeforeAKeyChangeAreRefused()
    {
        using DoorStore door = await DoorStore.CreateAsync(encrypted: true);
        string before = door.Temp.Combine("before");
        DoorStore.Copy(Path.Combine(door.Path, "keys"), before);
        StoreCredentials changed = door.KeyFile(5);
        await using (StoreSession session = await door.OpenAsync(known: true))
        {
            await KeyOperations.UpdateAsync(session, changed, 1000, CancellationToken.None);
        }

        await (await door.OpenAsync(known: true, credentials: changed)).DisposeAsync();
        Directory.Delete(Path.Combine(door.Path, "keys"), recursive: true);
        DoorStore.Copy(before, Path.Combine(door.Path, "keys"));
        VtException error = await Assert.ThrowsAsync<VtException>(() => door.OpenAsync(known: true));
        Assert.Equal(VtErrorId.NotAStore, error.ErrorId);
        Assert.Contains($"'{door.Path}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("its keys are of epoch 1, and this client has seen epoch 2", error.Message, StringComparison.Ordinal);

        // Who has never seen the newer ones cannot know.
        await (await door.OpenAsync()).DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatTheIndexKnewOfARolledBackStoreIsNotBelieved(bool encrypted)
    {
        using DoorStore door = await DoorStore.CreateAsync(encrypted);
        WriteSource(door, 1);
        await door.BackupAsync();
        string older = door.Temp.Combine("older");
        DoorStore.Copy(door.Path, older);
        WriteSource(door, 2);

        // Younger files are read again in any case.
        await Task.Delay(2100);
        await door.BackupAsync();
        VtBackup trusted = await door.BackupAsync();
        Assert.Equal(3, trusted.FilesUnchanged);

        // The folder as it was; what the client has seen since stays in its cache.
        Directory.Delete(door.Path, recursive: true);
        Directory.Move(older, door.Path);
        VtBackup backup = await door.BackupAsync();
        Assert.Equal(VtBackupStatus.Complete, backup.Status);
        Assert.True(backup.DataBlocksNew > 0);
        await AssertRestoresAsync(door, backup, door.Path);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task CopiesOfAStoreThatShareACacheAreNotTakenForEachOther(bool encrypted, bool together)
    {
        using DoorStore door = await DoorStore.CreateAsync(encrypted);
        WriteSource(door, 1);
        await door.BackupAsync();
        string copy = door.Temp.Combine("copy");
        DoorStore.Copy(door.Path, copy);
        WriteSource(door, 2);
        StoreSession? first = together ? await door.OpenAsync(known: true) : null;
        StoreSession? second = together ? await door.OpenAsync(known: true, path: copy) : null;
        VtBackup inFirst = await door.BackupAsync(first);
        VtBackup inCopy = await door.BackupAsync(second, copy);
        Assert.True(inCopy.DataBlocksNew > 0);
        Assert.Equal(inFirst.DataBlocksNew, inCopy.DataBlocksNew);
        WriteSource(door, 3);
        inCopy = await door.BackupAsync(second, copy);
        inFirst = await door.BackupAsync(first);
        Assert.True(inFirst.DataBlocksNew > 0);
        Assert.Equal(inCopy.DataBlocksNew, inFirst.DataBlocksNew);
        foreach (StoreSession? session in (StoreSession?[])[first, second])
        {
            await (session?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        await AssertRestoresAsync(door, inFirst, door.Path);
        await AssertRestoresAsync(door, inCopy, copy);
    }

    /// <summary>Three files of 20,000 bytes: one that is always the same, and two of this number.</summary>
    private static void WriteSource(DoorStore door, int number)
    {
        door.Temp.WriteFile("src/same", TestContent.Random(20_000, 1000));
        door.Temp.WriteFile("src/sub/a", TestContent.Random(20_000, (ulong)number));
        door.Temp.WriteFile("src/sub/b", TestContent.Random(20_000, (ulong)(100 + number)));
    }

    private static async Task AssertRestoresAsync(DoorStore door, VtBackup backup, string path)
    {
        Assert.Empty(await door.TestAsync(path));
        DoorRestore restored = await door.RestoreAsync(backup, path);
        Assert.Empty(restored.Errors);
        Assert.Empty(TreeComparer.Compare(door.Source, Path.Combine(restored.Folder, "src")));
    }
}
