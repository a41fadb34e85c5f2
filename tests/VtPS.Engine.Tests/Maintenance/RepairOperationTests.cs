using VtPS.Engine.Backups;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Index;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Maintenance;

public sealed class RepairOperationTests
{
    [Fact]
    public async Task ADamagedRecordIsLostAloneAndTheNextRunHealsIt()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync(r => r with { Compression = "none" });
        for (int i = 0; i < 8; i++)
        {
            damaged.Source.WriteFile($"d/{i}", TestContent.Random(600_000, (ulong)i));
        }

        VtBackup backup = await damaged.BackupAsync();
        string file = Assert.Single(await damaged.DataFilesAsync(DataFileContent.Files));
        byte[] original = await damaged.GetAsync(file);
        await damaged.FlipAsync(file, 1_000_000);
        VtTestResult found = Assert.Single(await damaged.TestAsync(r => r with { Data = true }));

        VtTestResult repaired = Assert.Single(await SalvageAsync(damaged));

        Assert.Equal(VtTestKind.Salvaged, repaired.Kind);
        Assert.False(repaired.IsDamage);
        Assert.Equal(found.Hash.Order(StringComparer.Ordinal), repaired.Hash.Order(StringComparer.Ordinal));
        Assert.Equal(found.Path, repaired.Path);
        Assert.Equal([backup.Id], repaired.BackupId);
        Assert.DoesNotContain(file, await damaged.ListAsync(StoreNames.Data));
        original[1_000_000] ^= 1;
        Assert.Equal(original, await damaged.GetAsync(repaired.ObjectName!));
        Assert.Equal([StoreNames.Backup(backup.Id)], await damaged.ListAsync(StoreNames.Backups));
        Assert.Empty(await damaged.ListAsync(StoreNames.Leases));

        IReadOnlyList<VtTestResult> left = await damaged.TestAsync(r => r with { Data = true });
        Assert.Equal(repaired.Hash.Order(StringComparer.Ordinal), left.Where(r => r.Kind == VtTestKind.BlockMissing).SelectMany(r => r.Hash).Order(StringComparer.Ordinal));
        Assert.All(left, r => Assert.True(r.Kind is VtTestKind.BlockMissing or VtTestKind.SetAside));

        VtBackup next = await damaged.BackupAsync();

        Assert.Equal(backup.Root, next.Root);
        Assert.True(next.DataBlocksNew > 0);
        Assert.Equal([VtTestKind.SetAside, VtTestKind.Passed], (await damaged.TestAsync(r => r with { Data = true })).Select(r => r.Kind));
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(TestContent.Random(600_000, (ulong)i), await damaged.Store.ReadFileAsync(backup, $"d/{i}"));
        }
    }

    [Fact]
    public async Task DirectoriesThatAreLostAreHealedToo()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("d/e/a", "text");
        VtBackup backup = await damaged.BackupAsync();
        string file = Assert.Single(await damaged.DataFilesAsync(DataFileContent.Trees));
        await damaged.FlipAsync(file, 150);

        VtTestResult repaired = Assert.Single(await SalvageAsync(damaged));
        VtBackup next = await damaged.BackupAsync();

        Assert.NotEmpty(repaired.Hash);
        Assert.Equal(backup.Root, next.Root);
        Assert.DoesNotContain(await damaged.TestAsync(r => r with { Data = true, BackupIds = new HashSet<string> { next.Id } }), r => r.IsDamage);
        Assert.Equal("text"u8.ToArray(), await damaged.Store.ReadFileAsync(next, "d/e/a"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-3)]
    [InlineData(-60)]
    public async Task ADamagedBeginningOrEndLosesNothing(int at)
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        byte[] content = TestContent.Random(3_000_000, 1);
        damaged.Source.WriteFile("a", content);
        VtBackup backup = await damaged.BackupAsync();
        foreach (string file in await damaged.ListAsync(StoreNames.Data))
        {
            await damaged.FlipAsync(file, at < 0 ? (await damaged.GetAsync(file)).Length + at : at);
        }

        IReadOnlyList<VtTestResult> repaired = await SalvageAsync(damaged);

        Assert.Equal(2, repaired.Count);
        Assert.All(repaired, r => Assert.Empty(r.Hash));
        Assert.DoesNotContain(await damaged.TestAsync(r => r with { Data = true }), r => r.IsDamage);
        Assert.Equal(content, await damaged.Store.ReadFileAsync(backup, "a"));
    }

    [Fact]
    public async Task ATornFileGivesWhatIsWholeInIt()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync(r => r with { Compression = "none" });
        for (int i = 0; i < 8; i++)
        {
            damaged.Source.WriteFile($"{i}", TestContent.Random(600_000, (ulong)i));
        }

        VtBackup backup = await damaged.BackupAsync();
        string file = Assert.Single(await damaged.DataFilesAsync(DataFileContent.Files));
        byte[] bytes = await damaged.GetAsync(file);
        await damaged.ReplaceAsync(file, bytes[..(bytes.Length / 2)]);

        VtTestResult repaired = Assert.Single(await SalvageAsync(damaged));

        Assert.Contains("records with", repaired.Message, StringComparison.Ordinal);
        IReadOnlyList<VtTestResult> left = await damaged.TestAsync(r => r with { Data = true });
        string[] touched = [.. left.SelectMany(r => r.Path).Distinct()];
        Assert.InRange(touched.Length, 3, 6);
        foreach (string whole in Enumerable.Range(0, 8).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)).Except(touched))
        {
            Assert.Equal(600_000, (await damaged.Store.ReadFileAsync(backup, whole)).Length);
        }

        await damaged.BackupAsync();
        Assert.DoesNotContain(await damaged.TestAsync(r => r with { Data = true }), r => r.IsDamage);
    }

    [Fact]
    public async Task RepairingAgainFindsNothingToDo()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", TestContent.Random(40_000, 1));
        await damaged.BackupAsync();
        await damaged.FlipAsync(Assert.Single(await damaged.DataFilesAsync(DataFileContent.Files)), 500);
        await SalvageAsync(damaged);
        List<string> objects = await damaged.ListAsync("");

        Assert.Empty(await SalvageAsync(damaged));
        Assert.Equal(objects, await damaged.ListAsync(""));
    }

    [Fact]
    public async Task ARepairThatWasCutShortIsFinishedByTheNext()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", TestContent.Random(40_000, 1));
        VtBackup backup = await damaged.BackupAsync();
        string file = Assert.Single(await damaged.DataFilesAsync(DataFileContent.Files));
        await damaged.FlipAsync(file, -30 + (await damaged.GetAsync(file)).Length);
        byte[] original = await damaged.GetAsync(file);
        VtTestResult first = Assert.Single(await SalvageAsync(damaged));

        // As if it had died just before the original went: all is there twice.
        await damaged.ReplaceAsync(file, original);
        await using TestStore other = await TestStore.OpenAsync(damaged.Storage);
        RepairPlan plan = await RepairOperation.PlanAsync(other.Session, NullObserver.Instance, CancellationToken.None);
        VtTestResult second = Assert.Single(await RepairOperation.SalvageAsync(other.Session, plan, NullObserver.Instance, CancellationToken.None));

        Assert.Equal(first.ObjectName, second.ObjectName);
        Assert.Equal(2, (await damaged.ListAsync(StoreNames.Data)).Count);
        Assert.Equal(40_000, (await other.ReadFileAsync(backup, "a")).Length);
    }

    [Fact]
    public async Task ABuriedLeaseDoesNotLoseWhatWasSaved()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        byte[] content = TestContent.Random(40_000, 1);
        damaged.Source.WriteFile("a", content);
        VtBackup backup = await damaged.BackupAsync();
        string file = Assert.Single(await damaged.DataFilesAsync(DataFileContent.Files));
        await damaged.FlipAsync(file, -30 + (await damaged.GetAsync(file)).Length);
        RepairPlan plan = await RepairOperation.PlanAsync(damaged.Store.Session, NullObserver.Instance, CancellationToken.None);

        // The lease is buried, and what was saved deleted, at the moment in which the original is set aside.
        bool done = false;
        using CancellationTokenSource stop = new();
        Task burial = Task.Run(async () =>
        {
            while (!done && !stop.IsCancellationRequested)
            {
                if ((await damaged.ListAsync(StoreNames.Damaged)).Count > 0 || (await damaged.ListAsync(StoreNames.Data)).Count > 2)
                {
                    foreach (string name in await damaged.ListAsync(StoreNames.Leases))
                    {
                        await damaged.Storage.DeleteAsync(name, CancellationToken.None);
                    }

                    done = true;
                }
            }
        });
        await RepairOperation.SalvageAsync(damaged.Store.Session, plan, NullObserver.Instance, CancellationToken.None);
        await stop.CancelAsync();
        await burial;

        Assert.DoesNotContain(await damaged.TestAsync(r => r with { Data = true }), r => r.IsDamage);
        Assert.Equal(content, await damaged.Store.ReadFileAsync(backup, "a"));
    }

    [Fact]
    public async Task ADamagedTrashObjectIsReplacedByOneThatNamesAllThatItNamed()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", TestContent.Random(40_000, 1));
        VtBackup backup = await damaged.BackupAsync();
        damaged.Source.WriteFile("b", TestContent.Random(40_000, 2));
        await damaged.BackupAsync();
        string given = (await damaged.DataFilesAsync(DataFileContent.Files))[0];
        StoreNames.TryParseDataFile(given, out DataFileId id);
        string trash = TrashRecord.NewName();
        byte[] bytes = TrashRecord.Write([DataFileId.New(), id]);
        bytes[60] ^= 1;
        await damaged.Storage.PutAsync(trash, "test", bytes, CancellationToken.None);
        await Assert.ThrowsAsync<VtException>(() => damaged.BackupAsync());

        VtTestResult repaired = Assert.Single(await SalvageAsync(damaged));

        Assert.Equal(bytes, await damaged.GetAsync(repaired.ObjectName!));
        string replacement = Assert.Single(await damaged.ListAsync(StoreNames.Trash));
        Assert.Equal([id], TrashRecord.Read(replacement, await damaged.GetAsync(replacement), "memory").Files);
        await damaged.BackupAsync();
        await OptimizeOperation.RunAsync(damaged.Store.Session, new OptimizeRequest(), new LeaseMemory(null), NullObserver.Instance, CancellationToken.None);
        Assert.DoesNotContain(given, await damaged.ListAsync(StoreNames.Data));
        Assert.DoesNotContain(await damaged.TestAsync(r => r with { Data = true }), r => r.IsDamage);
        Assert.Equal(40_000, (await damaged.Store.ReadFileAsync(backup, "a")).Length);
    }

    [Fact]
    public void WhatCannotBeReadOutOfATrashObjectIsTakenForEverything()
    {
        DataFileId[] listed = [DataFileId.New(), DataFileId.New(), DataFileId.New()];
        byte[] good = TrashRecord.Write([listed[1], DataFileId.New()]);
        byte[] holed = [.. good];
        holed.AsSpan(15, 30).Clear();

        Assert.Equal([listed[1]], TrashSalvage.Guess(good, listed));
        Assert.Equal(3, TrashSalvage.Guess(holed, listed).Count);
        Assert.Equal(3, TrashSalvage.Guess(good[..^1], listed).Count);
        Assert.Equal(3, TrashSalvage.Guess([], listed).Count);
        for (int i = 0; i < good.Length; i++)
        {
            byte[] flipped = [.. good];
            flipped[i] ^= 1;
            Assert.Contains(listed[1], TrashSalvage.Guess(flipped, listed));
        }
    }

    [Fact]
    public async Task ADamagedAmendmentIsSetAsideAndTheBackupPinned()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", "text");
        VtBackup backup = await damaged.BackupAsync();
        await AmendBackupOperation.RunAsync(damaged.Store.Session, new AmendBackupRequest { BackupId = backup.Id, AddTags = ["x"] }, CancellationToken.None);
        await AmendBackupOperation.RunAsync(damaged.Store.Session, new AmendBackupRequest { BackupId = backup.Id, AddTags = ["y"], Comment = "c" }, CancellationToken.None);
        await damaged.FlipAsync(StoreNames.Amendment(backup.Id, 2), 20);

        VtTestResult repaired = Assert.Single(await SalvageAsync(damaged));

        Assert.Equal(VtTestKind.Salvaged, repaired.Kind);
        VtBackup read = Assert.Single(await BackupCatalog.ReadAllAsync(damaged.Store.Session, e => throw e, CancellationToken.None));
        Assert.Equal(["x"], read.Tag);
        Assert.True(read.Pinned);
        Assert.DoesNotContain(await damaged.TestAsync(), r => r.IsDamage);
    }

    [Fact]
    public async Task TheIndexIsReadAnewFromTheDataFiles()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        using TempFolder temp = new();
        temp.WriteFile("a", TestContent.Random(400_000, 1));
        MemoryStorage storage = new();
        TestStore store = await TestStore.CreateAsync(storage);
        string root = (await store.BackupAsync(temp.Path)).Root;
        Sqlite.SqliteBlockIndexFactory indexes = new(home.Folder);
        await using StoreSession session = await StoreSession.OpenAsync(new StoreAddress("memory"), storage, indexes, CancellationToken.None);
        long blocks = session.Index.CountBlocks();
        VtHash hash = VtBlockReference.Parse(root).Hash!;
        session.Index.MarkCompleteBelow([hash]);
        Assert.True(session.Index.IsCompleteBelow(hash));

        VtTestResult result = await RepairOperation.RebuildIndexAsync(session, CancellationToken.None);

        Assert.Equal(VtTestKind.IndexRebuilt, result.Kind);
        Assert.True(blocks > 3);
        Assert.Equal(blocks, session.Index.CountBlocks());
        Assert.True(session.Index.Contains(hash));
        Assert.False(session.Index.IsCompleteBelow(hash));
    }

    [Fact]
    public async Task ClearingTheFlagsReachesOtherProcesses()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        Dictionary<DataFileId, long> listed = [];
        VtHash hash = VtHash.Parse("sha256:" + new string('a', 64));
        await using IBlockIndex mine = home.OpenDatabase();
        await using IBlockIndex theirs = home.OpenDatabase();
        mine.Refresh(listed, new HashSet<DataFileId>());
        theirs.Refresh(listed, new HashSet<DataFileId>());
        theirs.MarkCompleteBelow([hash]);
        Assert.True(theirs.IsCompleteBelow(hash));

        mine.ClearCompleteBelow();

        Assert.False(theirs.IsCompleteBelow(hash));
        theirs.MarkCompleteBelow([hash]);
        Assert.False(theirs.IsCompleteBelow(hash));
    }

    private static async Task<IReadOnlyList<VtTestResult>> SalvageAsync(DamagedStore damaged)
    {
        RepairPlan plan = await RepairOperation.PlanAsync(damaged.Store.Session, NullObserver.Instance, CancellationToken.None);
        return await RepairOperation.SalvageAsync(damaged.Store.Session, plan, NullObserver.Instance, CancellationToken.None);
    }
}
