using VtPS.Engine.Backups;
using VtPS.Engine.Copies;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Faults;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Copies;

/// <summary>What a copy brings to another Store, and what it leaves as it is.</summary>
public sealed class CopyBackupTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task ACopyIsTheBackupWhateverKeysAndCodecsAre(bool encryptSource, bool encryptDestination)
    {
        using CopyHome home = await CopyHome.CreateAsync(
            r => r with { Compression = "zstd" }, r => r with { Compression = "brotli", AverageBlock = 4096 }, encryptSource, encryptDestination);
        home.WriteTree();
        VtBackup backup = await home.BackupAsync(r => r with { Tags = ["one"], Comment = "as made" });
        await using (StoreSession session = await home.OpenSourceAsync())
        {
            await AmendBackupOperation.RunAsync(session, new AmendBackupRequest { BackupId = backup.Id, AddTags = ["two"], Comment = "amended", Pinned = true }, default);
        }

        List<CopiedBackup> told = [];
        CopyBackupResult result = await home.CopyAsync([backup], r => r with { OnCopied = told.Add });

        CopiedBackup copied = Assert.Single(result.Backups);
        Assert.Equal([copied], told);
        Assert.Equal((false, false, 0), (copied.Existing, copied.Moved, result.Failed));
        Assert.InRange(copied.Bytes, 3_000_000, 3_200_000);
        Assert.InRange(result.BytesStored, 3_000_000, 3_300_000);
        VtBackup there = copied.Backup;
        Assert.Equal(
            (backup.Id, backup.Root, backup.SideCar!.ToString(), backup.StartTime, backup.EndTime, backup.HostName, backup.BytesStored),
            (there.Id, there.Root, there.SideCar!.ToString(), there.StartTime, there.EndTime, there.HostName, there.BytesStored));
        Assert.Equal(("one two", "amended", true), (string.Join(' ', there.Tag), there.Comment, there.Pinned));
        await home.AssertDestinationAsync((backup, home.DescribeTree()));
        await using StoreSession destination = await home.OpenDestinationAsync();
        Assert.Equal(destination.Info.StoreId, there.StoreId);
        VtBackup listed = Assert.Single(await BackupCatalog.ReadAllAsync(destination, e => throw e, default));
        Assert.Equal(("one two", "amended", true), (string.Join(' ', listed.Tag), listed.Comment, listed.Pinned));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    public async Task ItComesWholeHoweverFewBlocksAreTakenAtOnce(int blocks)
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup backup = await home.BackupAsync();
        await home.CopyAsync([backup], r => r with { BlocksAtOnce = blocks });
        await home.AssertDestinationAsync((backup, home.DescribeTree()));
        await StoreCheck.SweepAllAsync(home.Destination);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CopyingAgainWritesNothing(bool encrypted)
    {
        using CopyHome home = await CopyHome.CreateAsync(encryptDestination: encrypted);
        home.WriteTree();
        VtBackup backup = await home.BackupAsync();
        await home.CopyAsync([backup]);
        string before = await CopyHome.SnapshotAsync(home.Destination);

        CopiedBackup again = Assert.Single((await home.CopyAsync([backup])).Backups);

        Assert.Equal((true, 0, 0, backup.Id), (again.Existing, again.Blocks, again.Bytes, again.Backup.Id));
        Assert.Equal(before, await CopyHome.SnapshotAsync(home.Destination));
    }

    [Fact]
    public async Task CopyingAgainWithinASessionReadsNoTree()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup backup = await home.BackupAsync();
        await using StoreSession destination = await home.OpenDestinationAsync();
        await using (StoreSession source = await home.OpenSourceAsync())
        {
            await CopyBackupOperation.RunAsync(source, destination, new CopyBackupRequest { Backups = [backup] }, NullObserver.Instance, default);
        }

        int reads = 0;
        HookedStorageOf counted = new(home.Source, name => reads += name.StartsWith(StoreNames.Data, StringComparison.Ordinal) ? 1 : 0);
        await using StoreSession again = await home.OpenSourceAsync(counted.Storage);
        reads = 0;
        CopyBackupResult result = await CopyBackupOperation.RunAsync(again, destination, new CopyBackupRequest { Backups = [backup] }, NullObserver.Instance, default);
        Assert.True(Assert.Single(result.Backups).Existing);
        Assert.Equal(0, reads);
    }

    [Fact]
    public async Task ASecondBackupCostsItsDifferencesAlone()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup first = await home.BackupAsync();
        string before = home.DescribeTree();
        home.Temp.WriteFile("src/1/new.bin", TestContent.Random(5000, 500));
        VtBackup second = await home.BackupAsync();

        CopyBackupResult result = await home.CopyAsync([first, second]);

        Assert.InRange(result.Backups[1].Bytes, 5000, 12_000);
        Assert.InRange(result.Backups[1].Blocks, 2, 8);
        await home.AssertDestinationAsync((first, before), (second, home.DescribeTree()));
    }

    [Fact]
    public async Task SharedDirectoriesAreNotReadAgainForTheNextBackup()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup first = await home.BackupAsync();
        home.Temp.WriteFile("src/1/new.bin", TestContent.Random(5000, 500));
        VtBackup second = await home.BackupAsync();
        await using StoreSession source = await home.OpenSourceAsync();
        await using StoreSession destination = await home.OpenDestinationAsync();
        await CopyBackupOperation.RunAsync(source, destination, new CopyBackupRequest { Backups = [first] }, NullObserver.Instance, default);

        int entered = 0;
        PlanSink sink = new();
        TreeDifference difference = new(source, destination.Index.Contains, hash =>
        {
            bool complete = destination.Index.IsCompleteBelow(hash);
            entered += complete ? 0 : 1;
            return complete;
        }, sink);
        await difference.WalkAsync(second, default);

        // The top, src, src/1 and their side-cars: neither src/0, src/2 nor src/deep.
        Assert.Equal(6, entered);
        Assert.InRange(sink.Blocks, 1, 7);
    }

    [Fact]
    public async Task TheNextRunIntoTheDestinationTakesTheCopyForItsBase()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        await Task.Delay(2100);
        VtBackup backup = await home.BackupAsync();
        await home.CopyAsync([backup]);
        await using StoreSession destination = await home.OpenDestinationAsync();
        VtBackup next = await home.BackupAsync(destination);
        Assert.Equal([backup.Id], next.BasedOn);
        Assert.Equal((0, 0, 16, 0), (next.FilesNew, next.FilesChanged, next.FilesUnchanged, next.BytesRead));
        Assert.Equal(backup.Root, next.Root);
    }

    [Fact]
    public async Task APlanCountsWhatIsMissingAndWritesNothing()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup first = await home.BackupAsync();
        home.Temp.WriteFile("src/1/new.bin", TestContent.Random(5000, 500));
        VtBackup second = await home.BackupAsync();
        (string, string) before = (await CopyHome.SnapshotAsync(home.Source), await CopyHome.SnapshotAsync(home.Destination));
        List<CopyPlan> plans;
        await using (StoreSession source = await home.OpenSourceAsync())
        {
            await using StoreSession destination = await home.OpenDestinationAsync();
            plans = await CopyBackupOperation.PlanAsync(source, destination, new CopyBackupRequest { Backups = [first, second] }, NullObserver.Instance, default);
        }

        Assert.Equal(before, (await CopyHome.SnapshotAsync(home.Source), await CopyHome.SnapshotAsync(home.Destination)));
        CopyBackupResult result = await home.CopyAsync([first, second]);
        Assert.Equal(result.Backups.Select(b => b.Blocks), plans.Select(p => p.Blocks));
        Assert.All(result.Backups.Zip(plans), pair => Assert.InRange(pair.First.Bytes - pair.Second.Bytes, 0, 8000));
        Assert.All(plans, p => Assert.False(p.Existing));
    }

    [Fact]
    public async Task AnAmendmentMadeSinceComesWithTheNextCopyAndOneMadeThereStays()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree(2);
        VtBackup backup = await home.BackupAsync();
        await home.CopyAsync([backup]);
        await AmendAsync(await home.OpenSourceAsync(), "here");
        Assert.Equal(["here"], (await home.CopyAsync([backup])).Backups[0].Backup.Tag);
        await AmendAsync(await home.OpenDestinationAsync(), "there");
        CopiedBackup copied = (await home.CopyAsync([backup])).Backups[0];
        Assert.True(copied.Existing);
        Assert.Equal(["here", "there"], copied.Backup.Tag);

        async Task AmendAsync(StoreSession session, string tag)
        {
            await using (session)
            {
                await AmendBackupOperation.RunAsync(session, new AmendBackupRequest { BackupId = backup.Id, AddTags = [tag] }, default);
            }
        }
    }

    [Fact]
    public async Task AnotherHashFunctionIsRefused()
    {
        using CopyHome home = await CopyHome.CreateAsync(destination: r => r with { HashName = VtHashName.Sha512 });
        home.WriteTree(1);
        VtBackup backup = await home.BackupAsync();
        string before = await CopyHome.SnapshotAsync(home.Destination);
        VtException e = await Assert.ThrowsAsync<VtException>(() => home.CopyAsync([backup]));
        Assert.Equal(VtErrorId.StoreMismatch, e.ErrorId);
        Assert.Contains("sha256", e.Message);
        Assert.Contains("sha512", e.Message);
        Assert.Equal(before, await CopyHome.SnapshotAsync(home.Destination));
    }

    [Fact]
    public async Task TheSameStoreAndACopyOfItsFolderAreRefused()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree(1);
        VtBackup backup = await home.BackupAsync();
        VtException e = await Assert.ThrowsAsync<VtException>(() => home.CopyAsync([backup], destination: home.Source.Copy()));
        Assert.Equal(VtErrorId.StoreMismatch, e.ErrorId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnIdThatStandsForAnotherBackupIsAnErrorAndStays(bool damaged)
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree(2);
        VtBackup first = await home.BackupAsync();
        VtBackup second = await home.BackupAsync();
        byte[] other = BackupRecord.Write(first.With(["else"], null, false));
        other[20] ^= (byte)(damaged ? 1 : 0);
        home.Destination.Put(StoreNames.Backup(first.Id), other);
        RecordingObserver observer = new();

        CopyBackupResult result = await home.CopyAsync([first, second], observer: observer);

        Assert.Equal([second.Id], result.Backups.Select(b => b.Backup.Id));
        Assert.Equal(1, result.Failed);
        VtError error = Assert.Single(observer.Errors);
        Assert.Equal((VtErrorId.DestinationDiffers, (object)first.Id), (error.Id, error.Target));
        Assert.Equal(other, await home.Destination.GetAsync(StoreNames.Backup(first.Id), 100_000, default));
    }

    [Fact]
    public async Task ABackupThatIsGoneIsAnErrorAndTheOthersGoOn()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree(2);
        VtBackup first = await home.BackupAsync();
        VtBackup second = await home.BackupAsync();
        await home.Source.DeleteAsync(StoreNames.Backup(first.Id), default);
        RecordingObserver observer = new();
        CopyBackupResult result = await home.CopyAsync([first, second], observer: observer);
        Assert.Equal([second.Id], result.Backups.Select(b => b.Backup.Id));
        Assert.Equal(VtErrorId.BackupNotFound, Assert.Single(observer.Errors).Id);
    }

    [Fact]
    public async Task ProgressEndsWithAllItsBytesDone()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup backup = await home.BackupAsync();
        RecordingObserver observer = new();
        await home.CopyAsync([backup], observer: observer);
        OperationProgress last = observer.Progress.Last();
        Assert.Equal(("Copying", 1, 1), (last.Activity, last.ItemsDone, last.ItemsTotal));
        Assert.Equal(last.BytesTotal, last.BytesDone);
        Assert.InRange(last.BytesDone, 3_000_000, 3_100_000);
    }

    /// <summary>Counts the reads of a storage.</summary>
    private sealed class HookedStorageOf(IObjectStorage inner, Action<string> onRead)
    {
        public IObjectStorage Storage { get; } = new Faults.HookedStorage(inner, (call, name) =>
        {
            if (call == StorageCall.Read)
            {
                onRead(name);
            }

            return Task.CompletedTask;
        });
    }
}
