using VtPS.Engine.Backups;
using VtPS.Engine.Copies;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Faults;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Copies;

/// <summary>A move removes a backup from the source once the destination has it for good, and not sooner.</summary>
public sealed class MoveBackupTests
{
    [Fact]
    public async Task EachBackupIsRemovedAfterItsOwnCopyStands()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup first = await home.BackupAsync();
        string before = home.DescribeTree();
        home.Temp.WriteFile("src/1/new.bin", TestContent.Random(5000, 500));
        VtBackup second = await home.BackupAsync();
        List<string> order = [];

        CopyBackupResult result = await home.CopyAsync(
            [first, second],
            r => r with { Move = true },
            source: Watch(home.Source, StorageCall.Delete, "source -"),
            destination: Watch(home.Destination, StorageCall.Commit, "destination +"));

        Assert.All(result.Backups, b => Assert.True(b.Moved));
        Assert.Equal([$"destination + {first.Id}", $"source - {first.Id}", $"destination + {second.Id}", $"source - {second.Id}"], order);
        Assert.Empty(await home.Source.ListAllAsync(StoreNames.Backups, default));
        await home.AssertDestinationAsync((first, before), (second, home.DescribeTree()));

        Faults.HookedStorage Watch(MemoryStorage storage, StorageCall which, string what) => new(storage, (call, name) =>
        {
            if (call == which && StoreNames.TryParseNumbered(StoreNames.Backups, name, out string id, out _))
            {
                order.Add($"{what} {id}");
            }

            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task WhatTheDestinationHasOfABackupThatIsThereIsLookedAtBeforeTheRemoval()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup backup = await home.BackupAsync();
        await home.CopyAsync([backup]);

        // The record stands, and all that it stands on is lost.
        await CopyHome.DeleteDataAsync(home.Destination);

        CopiedBackup moved = Assert.Single((await home.CopyAsync([backup], r => r with { Move = true })).Backups);
        Assert.Equal((true, false), (moved.Moved, moved.Existing));
        Assert.Empty(await home.Source.ListAllAsync(StoreNames.Backups, default));
        await home.AssertDestinationAsync((backup, home.DescribeTree()));
    }

    [Fact]
    public async Task ABackupThatIsThereAndWholeIsRemovedHere()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree();
        VtBackup backup = await home.BackupAsync();
        await home.CopyAsync([backup]);
        CopiedBackup moved = Assert.Single((await home.CopyAsync([backup], r => r with { Move = true })).Backups);
        Assert.Equal((true, true, 0), (moved.Moved, moved.Existing, moved.Blocks));
        Assert.Empty(await home.Source.ListAllAsync(StoreNames.Backups, default));
    }

    [Fact]
    public async Task APinnedBackupIsCopiedAndStays()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree(2);
        VtBackup backup = await home.BackupAsync();
        bool pinned = false;

        // Pinned while it is copied.
        Faults.HookedStorage destination = new(home.Destination, async (call, name) =>
        {
            if (call == StorageCall.Commit && name == StoreNames.Backup(backup.Id) && !pinned)
            {
                pinned = true;
                await using StoreSession session = await home.OpenSourceAsync();
                await AmendBackupOperation.RunAsync(session, new AmendBackupRequest { BackupId = backup.Id, Pinned = true }, default);
            }
        });
        RecordingObserver observer = new();
        CopyBackupResult result = await home.CopyAsync([backup], r => r with { Move = true }, observer, destination: destination);
        CopiedBackup copied = Assert.Single(result.Backups);
        Assert.Equal((false, true, 1), (copied.Moved, copied.Backup.Pinned, result.Failed));
        VtError error = Assert.Single(observer.Errors);
        Assert.Equal(VtErrorId.InvalidArgument, error.Id);
        Assert.Contains("pinned", error.Message);
        Assert.NotNull(await home.Source.GetLengthAsync(StoreNames.Backup(backup.Id), default));
    }

    [Fact]
    public async Task NothingIsRemovedWhereTheCopyWasRemovedMeanwhile()
    {
        using CopyHome home = await CopyHome.CreateAsync();
        home.WriteTree(2);
        VtBackup backup = await home.BackupAsync();
        bool put = false;
        Faults.HookedStorage destination = new(home.Destination, async (call, name) =>
        {
            put |= call == StorageCall.Commit && name == StoreNames.Backup(backup.Id);
            if (put && call == StorageCall.Look && name.StartsWith(StoreNames.Leases, StringComparison.Ordinal))
            {
                await home.Destination.DeleteAsync(StoreNames.Backup(backup.Id), default);
            }
        });
        RecordingObserver observer = new();
        CopyBackupResult result = await home.CopyAsync([backup], r => r with { Move = true }, observer, destination: destination);
        Assert.Empty(result.Backups);
        Assert.Equal(VtErrorId.BackupNotFound, Assert.Single(observer.Errors).Id);
        Assert.NotNull(await home.Source.GetLengthAsync(StoreNames.Backup(backup.Id), default));
    }
}
