using VtPS.Engine.Backups;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Maintenance;

public sealed class TestOperationTests
{
    [Fact]
    public async Task AStoreInWhichNothingIsWrongPassesInOneRow()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a/large", TestContent.Random(3 << 20, 1));
        damaged.Source.WriteFile("b", "small");
        await damaged.BackupAsync();

        VtTestResult structure = Assert.Single(await damaged.TestAsync());
        VtTestResult data = Assert.Single(await damaged.TestAsync(r => r with { Data = true }));

        Assert.Equal(VtTestKind.Passed, structure.Kind);
        Assert.False(structure.IsDamage);
        Assert.Contains("1 backups, 2 data files", structure.Message, StringComparison.Ordinal);
        Assert.Contains("not read", structure.Message, StringComparison.Ordinal);
        Assert.Equal(VtTestKind.Passed, data.Kind);
        Assert.Matches("Their content was read: ([0-9]+) of \\1 records", data.Message);
    }

    [Fact]
    public async Task AnEmptyStorePasses()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();

        Assert.Equal(VtTestKind.Passed, Assert.Single(await damaged.TestAsync(r => r with { Data = true })).Kind);
    }

    [Fact]
    public async Task EveryByteOfEveryDataFileIsLookedAt()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", "some text that is stored in a record of its own");
        damaged.Source.WriteFile("d/b", new string('x', 500));
        await damaged.BackupAsync();

        foreach (string name in await damaged.ListAsync(StoreNames.Data))
        {
            byte[] bytes = await damaged.GetAsync(name);
            for (int i = 0; i < bytes.Length; i++)
            {
                byte[] flipped = [.. bytes];
                flipped[i] ^= (byte)(1 << (i % 8));
                await damaged.ReplaceAsync(name, flipped);
                try
                {
                    IReadOnlyList<VtTestResult> results = await damaged.TestAsync(r => r with { Data = true });
                    Assert.True(results.Any(r => r.IsDamage), $"The flip at {i} of {name} was not found.");
                }
                catch (VtException e)
                {
                    // A header of a version that is not known yet.
                    Assert.Equal(VtErrorId.StoreFormatUnsupported, e.ErrorId);
                }
            }

            await damaged.ReplaceAsync(name, bytes);
        }

        Assert.Equal(VtTestKind.Passed, Assert.Single(await damaged.TestAsync(r => r with { Data = true })).Kind);
    }

    [Fact]
    public async Task ADamagedRecordNamesItsBlocksTheBackupsAndThePaths()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("keep", TestContent.Random(1 << 20, 1));
        VtBackup first = await damaged.BackupAsync();
        List<string> before = await damaged.ListAsync(StoreNames.Data);
        damaged.Source.WriteFile("d/lost", TestContent.Random(40_000, 2));
        damaged.Source.WriteFile("d/also [lost]", TestContent.Random(40_000, 2));
        VtBackup second = await damaged.BackupAsync();
        VtBackup third = await damaged.BackupAsync();
        string file = (await damaged.DataFilesAsync(DataFileContent.Files)).Except(before).Single();
        await damaged.FlipAsync(file, 1000);

        Assert.Equal(VtTestKind.Passed, Assert.Single(await damaged.TestAsync()).Kind);
        VtTestResult result = Assert.Single(await damaged.TestAsync(r => r with { Data = true }));

        Assert.Equal(VtTestKind.RecordDamaged, result.Kind);
        Assert.Equal(file, result.ObjectName);
        Assert.NotEmpty(result.Hash);
        Assert.Equal(["d/also [lost]", "d/lost"], result.Path);
        Assert.Equal(new[] { second.Id, third.Id }.Order(StringComparer.Ordinal), result.BackupId);
        Assert.Equal(VtTestKind.Passed, Assert.Single(await damaged.TestAsync(r => r with { Data = true, BackupIds = new HashSet<string> { first.Id } })).Kind);
    }

    [Fact]
    public async Task ADamagedRecordWhoseBlocksStandElsewhereTouchesNothing()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", TestContent.Random(40_000, 2));
        await damaged.BackupAsync();
        string file = Assert.Single(await damaged.DataFilesAsync(DataFileContent.Files));
        byte[] good = await damaged.GetAsync(file);

        // A second data file with the same block, as an optimize run that was cut short leaves one behind.
        await damaged.Storage.DeleteAsync(file, CancellationToken.None);
        await damaged.Store.Session.RefreshAsync(CancellationToken.None);
        await damaged.BackupAsync();
        await damaged.ReplaceAsync(file, good);
        await damaged.FlipAsync(file, 1000);

        VtTestResult result = Assert.Single(await damaged.TestAsync(r => r with { Data = true }));

        Assert.Equal(VtTestKind.RecordDamaged, result.Kind);
        Assert.Contains("stands elsewhere", result.Message, StringComparison.Ordinal);
        Assert.Empty(result.Path);
        Assert.Empty(result.BackupId);
    }

    [Fact]
    public async Task AMissingDataFileOfContentNamesEachFileThatItTouches()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", TestContent.Random(40_000, 1));
        damaged.Source.WriteFile("d/b", TestContent.Random(40_000, 2));
        damaged.Source.WriteFile("empty", "");
        VtBackup backup = await damaged.BackupAsync();
        await damaged.Storage.DeleteAsync(Assert.Single(await damaged.DataFilesAsync(DataFileContent.Files)), CancellationToken.None);

        IReadOnlyList<VtTestResult> results = await damaged.TestAsync();

        Assert.All(results, r => Assert.Equal(VtTestKind.BlockMissing, r.Kind));
        Assert.All(results, r => Assert.Equal([backup.Id], r.BackupId));
        Assert.Equal(["a", "d/b"], results.SelectMany(r => r.Path).Distinct().Order(StringComparer.Ordinal));
        Assert.All(results, r => Assert.Single(r.Hash));
    }

    [Fact]
    public async Task AMissingDataFileOfTreesNamesTheTop()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("d/b", TestContent.Random(40_000, 2));
        VtBackup backup = await damaged.BackupAsync();
        await damaged.Storage.DeleteAsync(Assert.Single(await damaged.DataFilesAsync(DataFileContent.Trees)), CancellationToken.None);

        IReadOnlyList<VtTestResult> results = await damaged.TestAsync();

        Assert.Contains(results, r => r.Kind == VtTestKind.BlockMissing && r.Path is ["/"] && r.BackupId[0] == backup.Id);
        Assert.Contains(results, r => r.Kind == VtTestKind.BlockMissing && r.Path.Length == 0 && r.Message.Contains("everything can be restored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ABackupOfWhichOnlyASideCarIsTouchedIsNotNamedWithThePathsOfOthers()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        List<string> same = [];
        for (int i = 0; i < 30; i++)
        {
            damaged.Source.WriteFile($"d/same-{i}", "same");
            same.Add(damaged.Source.Combine($"d/same-{i}"));
        }

        DateTime written = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        same.ForEach(path => File.SetLastWriteTimeUtc(path, written));
        await damaged.BackupAsync();
        List<string> before = await damaged.ListAsync(StoreNames.Data);

        // Another change time, and so another side-car of the same directory: the second run stores it beside its own top, and the third stands on it.
        same.ForEach(path => File.SetLastWriteTimeUtc(path, written));
        await Task.Delay(TimeSpan.FromSeconds(2.1));
        damaged.Source.WriteFile("top", "second");
        VtBackup second = await damaged.BackupAsync();
        string file = (await damaged.DataFilesAsync(DataFileContent.Trees)).Except(before).Single();
        damaged.Source.WriteFile("top", "third");
        VtBackup third = await damaged.BackupAsync();
        await damaged.FlipAsync(file, DataFileFormat.HeaderLength + 40);

        IReadOnlyList<VtTestResult> results = await damaged.TestAsync(r => r with { Data = true });

        Assert.All(results, r => Assert.True(r.IsDamage));
        Assert.Contains(results, r => r.BackupId.SequenceEqual([second.Id]) && r.Path is ["/"]);
        Assert.Contains(results, r => r.BackupId.SequenceEqual([third.Id]) && r.Path.Length == 0 && r.Message.Contains("everything can be restored", StringComparison.Ordinal));
        Assert.DoesNotContain(results, r => r.BackupId.Contains(third.Id) && r.Path.Length > 0);
    }

    [Fact]
    public async Task ATornDataFileIsReadAsFarAsItGoes()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("first", TestContent.Random(2 << 20, 1));
        damaged.Source.WriteFile("second", TestContent.Random(2 << 20, 2));
        await damaged.BackupAsync();
        string file = Assert.Single(await damaged.DataFilesAsync(DataFileContent.Files));
        byte[] bytes = await damaged.GetAsync(file);
        await damaged.ReplaceAsync(file, bytes[..(bytes.Length / 2)]);

        IReadOnlyList<VtTestResult> results = await damaged.TestAsync(r => r with { Data = true });

        Assert.Equal(file, Assert.Single(results, r => r.Kind == VtTestKind.DataFileDamaged).ObjectName);
        VtTestResult[] missing = [.. results.Where(r => r.Kind == VtTestKind.BlockMissing)];
        Assert.NotEmpty(missing);
        Assert.Equal(results.Count - 1, missing.Length);
    }

    [Fact]
    public async Task ARecordThatCannotBeReadIsABackupThatIsDamaged()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", "text");
        VtBackup backup = await damaged.BackupAsync();
        await damaged.FlipAsync(StoreNames.Backup(backup.Id), 20);

        VtTestResult result = Assert.Single(await damaged.TestAsync());

        Assert.Equal(VtTestKind.BackupDamaged, result.Kind);
        Assert.Equal(StoreNames.Backup(backup.Id), result.ObjectName);
        Assert.Equal([backup.Id], result.BackupId);
        Assert.Contains("Remove-VtBackup -Backup " + backup.Id, result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryAmendmentIsReadNotOnlyTheOneThatCounts()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", "text");
        VtBackup backup = await damaged.BackupAsync();
        await AmendBackupOperation.RunAsync(damaged.Store.Session, new AmendBackupRequest { BackupId = backup.Id, AddTags = ["x"] }, CancellationToken.None);
        await AmendBackupOperation.RunAsync(damaged.Store.Session, new AmendBackupRequest { BackupId = backup.Id, AddTags = ["y"] }, CancellationToken.None);
        await damaged.FlipAsync(StoreNames.Amendment(backup.Id, 1), 20);

        VtTestResult result = Assert.Single(await damaged.TestAsync());

        Assert.Equal(VtTestKind.BackupDamaged, result.Kind);
        Assert.Equal(StoreNames.Amendment(backup.Id, 1), result.ObjectName);
    }

    [Fact]
    public async Task DamagedTrashAndLeasesAreFoundAndKeepNobodyFromReading()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", "text");
        VtBackup backup = await damaged.BackupAsync();
        string trash = TrashRecord.NewName();
        await damaged.Storage.PutAsync(trash, "test", TrashRecord.Write([DataFileId.New()]), CancellationToken.None);
        string lease = StoreNames.Lease(DataFileId.New().ToString());
        await damaged.Storage.PutAsync(lease, "test", "nonsense"u8.ToArray(), CancellationToken.None);
        await damaged.FlipAsync(trash, 15);

        IReadOnlyList<VtTestResult> results = await damaged.TestAsync();
        await damaged.Store.Session.RefreshAsync(CancellationToken.None);

        Assert.Equal(new[] { trash, lease }.Order(StringComparer.Ordinal), results.Select(r => r.ObjectName).Order(StringComparer.Ordinal));
        Assert.All(results, r => Assert.Equal(VtTestKind.ObjectDamaged, r.Kind));
        Assert.Equal("text"u8.ToArray(), await damaged.Store.ReadFileAsync(backup, "a"));
        Assert.Equal(VtErrorId.DataFileDamaged, (await Assert.ThrowsAsync<VtException>(() => damaged.BackupAsync())).ErrorId);
    }

    [Fact]
    public async Task WhatIsNoDamageIsToldAndTheCheckPasses()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", "text");
        VtBackup backup = await damaged.BackupAsync();
        await AmendBackupOperation.RunAsync(damaged.Store.Session, new AmendBackupRequest { BackupId = backup.Id, AddTags = ["x"] }, CancellationToken.None);
        await damaged.BackupAsync();
        await damaged.Storage.DeleteAsync(StoreNames.Backup(backup.Id), CancellationToken.None);
        await damaged.Storage.PutAsync("data/README.txt", "test", "hello"u8.ToArray(), CancellationToken.None);

        IReadOnlyList<VtTestResult> results = await damaged.TestAsync();

        Assert.Equal([VtTestKind.Leftover, VtTestKind.UnknownObject, VtTestKind.Passed], results.Select(r => r.Kind).Order().Reverse().OrderBy(k => k == VtTestKind.Passed).ThenBy(k => k == VtTestKind.UnknownObject));
        Assert.All(results, r => Assert.False(r.IsDamage));
        Assert.Contains(results, r => r.ObjectName == "data/README.txt");
        Assert.Contains(results, r => r.ObjectName == StoreNames.Amendment(backup.Id, 1));

        await OptimizeOperation.RunAsync(damaged.Store.Session, new OptimizeRequest(), new LeaseMemory(null), NullObserver.Instance, CancellationToken.None);
        Assert.DoesNotContain(await damaged.TestAsync(), r => r.Kind == VtTestKind.Leftover);
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(50, 50)]
    [InlineData(100, 100)]
    [InlineData(0.001, 1)]
    public void ASampleHasTheShareAskedForAndAtLeastOne(double percent, int expected)
    {
        HashSet<string> samples = [];
        for (int seed = 0; seed < 20; seed++)
        {
            RecordSample sample = new(percent, 100, new Random(seed));
            bool[] chosen = [.. Enumerable.Range(0, 100).Select(_ => sample.Next())];
            Assert.Equal(expected, chosen.Count(c => c));
            samples.Add(string.Concat(chosen.Select(c => c ? '1' : '0')));
        }

        Assert.True(percent == 100 || samples.Count > 10);
    }

    [Fact]
    public async Task ASampleSaysThatItIsOne()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", TestContent.Random(20 << 20, 1));
        await damaged.BackupAsync();

        VtTestResult result = Assert.Single(await damaged.TestAsync(r => r with { SamplePercent = 25, Random = new Random(3) }));

        System.Text.RegularExpressions.Match match = System.Text.RegularExpressions.Regex.Match(result.Message, "A random sample of 25 % was read: ([0-9]+) of ([0-9]+) records");
        int all = int.Parse(match.Groups[2].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), all / 4, (all / 4) + 1);
        Assert.InRange(all, 20, 100);
        foreach (double percent in (double[])[0, -1, 101, double.NaN])
        {
            Assert.Equal(VtErrorId.InvalidArgument, (await Assert.ThrowsAsync<VtException>(() => damaged.TestAsync(r => r with { SamplePercent = percent }))).ErrorId);
        }
    }

    [Fact]
    public async Task OfBackupsThatWereNamedOnlyTheirOwnDamageIsTold()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", "text");
        VtBackup first = await damaged.BackupAsync();
        VtBackup second = await damaged.BackupAsync();
        await damaged.FlipAsync(StoreNames.Backup(first.Id), 20);

        Assert.Equal(VtTestKind.Passed, Assert.Single(await damaged.TestAsync(r => r with { BackupIds = new HashSet<string> { second.Id } })).Kind);
        Assert.Equal([first.Id], Assert.Single(await damaged.TestAsync(r => r with { BackupIds = new HashSet<string> { first.Id } })).BackupId);
    }

    [Fact]
    public async Task ABackupThatIsNotThereCannotBeChecked()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();

        VtException e = await Assert.ThrowsAsync<VtException>(() => damaged.TestAsync(r => r with { BackupIds = new HashSet<string> { "0123" } }));

        Assert.Equal(VtErrorId.BackupNotFound, e.ErrorId);
    }

    [Fact]
    public async Task DamageThatWasFoundMakesTheNextRunLookEveryBlockUp()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", TestContent.Random(40_000, 1));
        VtBackup backup = await damaged.BackupAsync();
        VtHash root = VtBlockReference.Parse(backup.Root).Hash!;
        Assert.True(damaged.Store.Session.Index.IsCompleteBelow(root));
        await damaged.FlipAsync(Assert.Single(await damaged.DataFilesAsync(DataFileContent.Files)), 500);

        await damaged.TestAsync(r => r with { Data = true });

        Assert.False(damaged.Store.Session.Index.IsCompleteBelow(root));
    }

    [Fact]
    public async Task RemovingABackupIsDoneOnceAndAgainWithTheSameResult()
    {
        await using DamagedStore damaged = await DamagedStore.CreateAsync();
        damaged.Source.WriteFile("a", "text");
        VtBackup first = await damaged.BackupAsync();
        VtBackup second = await damaged.BackupAsync();
        await AmendBackupOperation.RunAsync(damaged.Store.Session, new AmendBackupRequest { BackupId = first.Id, AddTags = ["x"] }, CancellationToken.None);
        await AmendBackupOperation.RunAsync(damaged.Store.Session, new AmendBackupRequest { BackupId = second.Id, AddTags = ["y"] }, CancellationToken.None);

        for (int i = 0; i < 2; i++)
        {
            await RemoveBackupOperation.RunAsync(damaged.Store.Session, [first.Id], CancellationToken.None);
            Assert.Equal(new[] { StoreNames.Amendment(second.Id, 1), StoreNames.Backup(second.Id) }.Order(StringComparer.Ordinal), await damaged.ListAsync(StoreNames.Backups));
            Assert.Equal(VtTestKind.Passed, Assert.Single(await damaged.TestAsync()).Kind);
        }

        List<VtBackup> left = await BackupCatalog.ReadAllAsync(damaged.Store.Session, _ => { }, CancellationToken.None);
        Assert.Equal(["y"], Assert.Single(left).Tag);
    }
}
