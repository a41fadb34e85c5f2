using VtPS.Engine.Copies;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Faults;
using VtPS.Engine.Tests.Support;
using Xunit;
using HookedStorage = VtPS.Engine.Tests.Faults.HookedStorage;

namespace VtPS.Engine.Tests.Copies;

/// <summary>Others at work while a copy runs: optimize runs on either side, a removal in the source, another copy; a wrong burial; a stop.</summary>
public sealed class CopyBesideOthersTests
{
    [Fact]
    public async Task AfterAWrongBurialEverythingIsLookedUpAndReadAgain()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup backup = await home.BackupAsync();
        int burials = 0;
        HookedStorage destination = new(home.Destination, async (call, name) =>
        {
            if (call == StorageCall.Commit && name == StoreNames.Backup(backup.Id) && burials++ == 0)
            {
                // As an optimize run that takes the writer for dead: what nobody needs yet goes.
                await CopyHome.BuryAllAsync(home.Destination);
                await CopyHome.DeleteDataAsync(home.Destination);
            }
        });
        RecordingObserver observer = new();
        CopiedBackup copied = Assert.Single((await home.CopyAsync([backup], observer: observer, destination: destination)).Backups);
        Assert.Equal(backup.Id, copied.Backup.Id);
        Assert.Single(observer.Warnings);
        await home.AssertDestinationAsync((backup, home.DescribeTree()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ARecordThatCannotBeUpheldIsWithdrawnAndNothingIsMoved(bool full)
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup backup = await home.BackupAsync();
        bool buried = false;
        HookedStorage destination = new(home.Destination, async (call, name) =>
        {
            if (buried && full && call == StorageCall.Begin && name.StartsWith(StoreNames.Data, StringComparison.Ordinal))
            {
                throw new VtException(VtErrorId.StoreFull, "Full.");
            }

            if (call == StorageCall.Commit && name == StoreNames.Backup(backup.Id))
            {
                buried = true;
                await CopyHome.BuryAllAsync(home.Destination);
                MemoryStorage[] both = full ? [home.Destination] : [home.Destination, home.Source];
                foreach (MemoryStorage storage in both)
                {
                    await CopyHome.DeleteDataAsync(storage);
                }
            }
        });
        RecordingObserver observer = new();
        Task<CopyBackupResult> run = home.CopyAsync([backup], r => r with { Move = true }, observer, destination: destination);
        if (full)
        {
            Assert.Equal(VtErrorId.StoreFull, (await Assert.ThrowsAsync<VtException>(() => run)).ErrorId);
        }
        else
        {
            Assert.Empty((await run).Backups);
            Assert.Equal(VtErrorId.BlockNotFound, Assert.Single(observer.Errors).Id);
        }

        Assert.True(buried);
        await home.AssertDestinationAsync();
        Assert.NotNull(await home.Source.GetLengthAsync(StoreNames.Backup(backup.Id), default));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1 << 17)]
    public async Task OptimizeRunsOfTheDestinationBesideIt(int blocksAtOnce)
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup old = await home.BackupAsync();
        await home.CopyAsync([old]);
        string oldContent = home.DescribeTree();
        home.Temp.WriteFile("src/1/new.bin", TestContent.Random(200_000, 500));
        VtBackup backup = await home.BackupAsync();

        // What the new one shares with the old is garbage by the time that the copy looks it up.
        await home.Destination.DeleteAsync(StoreNames.Backup(old.Id), default);
        int calls = 0;
        bool inside = false;
        HookedStorage destination = new(home.Destination, async (_, _) =>
        {
            if (!inside && ++calls % 2 == 0)
            {
                inside = true;
                await using StoreSession other = await home.OpenDestinationAsync();
                await StoreCheck.OptimizeAsync(other);
                inside = false;
            }
        });
        await home.CopyAsync([backup], r => r with { BlocksAtOnce = blocksAtOnce }, destination: destination);
        Assert.True(calls > 20);
        await home.AssertDestinationAsync((backup, home.DescribeTree()));
        await home.CopyAsync([old]);
        await home.AssertDestinationAsync((backup, home.DescribeTree()), (old, oldContent));
    }

    [Fact]
    public async Task OptimizeRunsOfTheSourceBesideIt()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup gone = await home.BackupAsync();
        for (int i = 0; i < 12; i += 2)
        {
            home.Temp.WriteFile($"src/{i % 3}/{i}.bin", TestContent.Random(3000, (ulong)(800 + i)));
        }

        home.Temp.WriteFile("src/deep/er/large.bin", TestContent.Random(2_000_000, 98));
        VtBackup backup = await home.BackupAsync();
        await home.Source.DeleteAsync(StoreNames.Backup(gone.Id), default);
        int moved = 0;
        HookedStorage source = new(home.Source, async (call, name) =>
        {
            if (call == StorageCall.Read && name.StartsWith(StoreNames.Data, StringComparison.Ordinal) && moved == 1)
            {
                moved = 2;
                await using StoreSession other = await home.OpenSourceAsync();
                Assert.True((await StoreCheck.OptimizeAsync(other)).DataFilesDeleted > 0);
            }
        });
        await using StoreSession from = await home.OpenSourceAsync(source);
        await using StoreSession to = await home.OpenDestinationAsync();
        moved = 1;
        CopyBackupResult result = await CopyBackupOperation.RunAsync(from, to, new CopyBackupRequest { Backups = [backup], BlocksAtOnce = 8 }, NullObserver.Instance, default);
        Assert.Equal((2, 1), (moved, result.Backups.Count));
        await home.AssertDestinationAsync((backup, home.DescribeTree()));
    }

    [Fact]
    public async Task ABackupRemovedFromTheSourceMeanwhileIsSaidToBe()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup backup = await home.BackupAsync();
        bool armed = false;
        HookedStorage source = new(home.Source, async (call, name) =>
        {
            if (armed && call == StorageCall.Read && name.StartsWith(StoreNames.Data, StringComparison.Ordinal))
            {
                armed = false;
                await home.Source.DeleteAsync(StoreNames.Backup(backup.Id), default);
                await using StoreSession other = await home.OpenSourceAsync();
                await StoreCheck.OptimizeAsync(other);
            }
        });
        await using StoreSession from = await home.OpenSourceAsync(source);
        await using (StoreSession to = await home.OpenDestinationAsync())
        {
            armed = true;
            RecordingObserver observer = new();
            CopyBackupResult result = await CopyBackupOperation.RunAsync(from, to, new CopyBackupRequest { Backups = [backup] }, observer, default);
            Assert.Empty(result.Backups);
            VtError error = Assert.Single(observer.Errors);
            Assert.Equal(VtErrorId.BackupNotFound, error.Id);
            Assert.Contains("removed", error.Message);
        }

        await home.AssertDestinationAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TwoCopiesOfTheSameAtOnceBothSucceed(bool encrypted)
    {
        using CopyHome home = await CopyHome.CreateAsync(encryptDestination: encrypted);
        home.WriteTree();
        VtBackup backup = await home.BackupAsync();
        bool inside = false;
        HookedStorage destination = new(home.Destination, async (call, name) =>
        {
            if (call == StorageCall.Commit && name == StoreNames.Backup(backup.Id) && !inside)
            {
                inside = true;
                Assert.Single((await home.CopyAsync([backup])).Backups);
            }
        });
        CopyBackupResult result = await home.CopyAsync([backup], r => r with { Move = true }, destination: destination);
        Assert.True(Assert.Single(result.Backups).Moved);
        await home.AssertDestinationAsync((backup, home.DescribeTree()));
    }

    [Fact]
    public async Task AStoppedCopyKeepsWhatItHasSentAndTheNextGoesOnFromThere()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup backup = await home.BackupAsync();
        using CancellationTokenSource stop = new();
        int reads = -1;
        HookedStorage source = new(home.Source, (call, name) =>
        {
            // After the content of the first batches, before the last.
            if (reads >= 0 && call == StorageCall.Read && name.StartsWith(StoreNames.Data, StringComparison.Ordinal) && ++reads == 6)
            {
                stop.Cancel();
            }

            return Task.CompletedTask;
        });
        await using StoreSession from = await home.OpenSourceAsync(source);
        await using (StoreSession to = await home.OpenDestinationAsync())
        {
            reads = 0;
            CopyBackupRequest request = new() { Backups = [backup], BlocksAtOnce = 4, ThrottleLimit = 1 };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CopyBackupOperation.RunAsync(from, to, request, NullObserver.Instance, stop.Token));
        }

        await home.AssertDestinationAsync();
        await using StoreSession left = await home.OpenDestinationAsync();
        long kept = left.Index.CountBlocks();
        Assert.True(kept > 0);
        CopiedBackup copied = Assert.Single((await home.CopyAsync([backup])).Backups);
        await using StoreSession whole = await home.OpenDestinationAsync();
        Assert.Equal(whole.Index.CountBlocks(), kept + copied.Blocks);
        await home.AssertDestinationAsync((backup, home.DescribeTree()));
    }
}
