using VtPS.Engine.IO;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using Xunit;

namespace VtPS.Engine.Tests.Faults;

/// <summary>The eight ways in which an earlier draft of the deletion protocol lost data, each played out on the real code.</summary>
[Collection(SearchCollection.Name)]
public sealed class LosingScheduleTests
{
    [Fact]
    public async Task ARunningWritersOwnNewFileIsNoGarbage()
    {
        using FaultHome home = await FaultHome.CreateAsync();
        using World world = await NewWorldAsync(home);
        Actor writer = world.AddWriter("b");
        Assert.True(world.RunUntil(writer, IsBackupCommit));
        Optimize(world);
        Finish(world, writer);
    }

    [Fact]
    public async Task AHitOnGarbageBetweenMarkAndTrashIsSaved()
    {
        using FaultHome home = await FaultHome.CreateAsync();
        using World world = await NewWorldAsync(home);
        Actor optimize = world.AddOptimize();
        Assert.True(world.RunUntil(optimize, IsTrashCommit));
        Actor writer = world.AddWriter("b");
        Assert.True(world.RunUntil(writer, IsBackupCommit));
        world.Finish(optimize);
        Finish(world, writer);
    }

    [Fact]
    public async Task TwoOptimizesThatEachRelyOnACopyThatTheOtherGivesUpKeepOne()
    {
        using FaultHome home = await FaultHome.CreateAsync(duplicates: true);
        using World world = await NewWorldAsync(home);

        // Each has looked before the other gives anything up; with different shares to save they choose different files.
        Actor first = world.AddOptimize();
        Actor second = world.AddOptimize(unused: 40);
        Assert.True(world.RunUntil(first, IsTrashCommit));
        Assert.True(world.RunUntil(second, IsTrashCommit));
        world.Step(first);
        world.Step(second);
        world.Finish(first);
        world.Finish(second);
        Optimize(world);
        world.Check();
    }

    [Fact]
    public async Task AWriterThatSleptPastItsGraceFindsOutAfterItsCommit()
    {
        using FaultHome home = await FaultHome.CreateAsync();
        using World world = await NewWorldAsync(home);
        Actor writer = world.AddWriter("b");
        Assert.True(world.RunUntil(writer, IsBackupCommit));

        // The lease of another machine, silent for longer than the grace period.
        await ReplaceLeaseAsync(world, "another-boot");
        double seconds = 0;
        LeaseMemory memory = new(null, () => seconds);
        world.Finish(world.AddOptimize(memory: memory, runs: 1));
        Assert.Single(world.Leases());
        seconds = 1801;
        world.Finish(world.AddOptimize(memory: memory, runs: 2));
        Assert.Empty(world.Leases());
        Finish(world, writer);
    }

    [Fact]
    public async Task DataFilesListedAfterTheTrashDoNotHideWhatWasDeletedBetween()
    {
        using FaultHome home = await FaultHome.CreateAsync();
        using World world = await NewWorldAsync(home);
        Actor optimize = world.AddOptimize();
        Assert.True(world.RunUntil(optimize, IsDataDelete));
        Actor writer = world.AddWriter("b");
        Assert.True(world.RunUntil(writer, (call, _) => call == StorageCall.PutLocked));
        world.Step(writer);
        Assert.Equal((StorageCall.List, StoreNames.Trash), writer.Next);
        world.RunUntil(writer, (call, name) => call == StorageCall.List && name == StoreNames.Data);
        world.Finish(optimize);
        Finish(world, writer);
    }

    [Fact]
    public async Task ALeasePutBetweenTheTrashObjectAndTheListOfLeasesHoldsTheDeletionBack()
    {
        using FaultHome home = await FaultHome.CreateAsync();
        using World world = await NewWorldAsync(home);
        Actor writer = world.AddWriter("b");
        Actor optimize = world.AddOptimize();

        // The writer's lease comes after the list of files was made from which the trash object is, and before the trash object.
        Assert.True(world.RunUntil(optimize, IsTrashCommit));
        Assert.True(world.RunUntil(writer, IsBackupCommit));
        world.Step(optimize);
        Assert.True(world.RunUntil(optimize, (call, name) => call == StorageCall.List && name == StoreNames.Leases));
        world.Finish(optimize);
        Assert.NotEmpty(await world.Storage.ListAllAsync(StoreNames.Trash, CancellationToken.None));
        Finish(world, writer);
    }

    [Fact]
    public async Task ABaseRemovedWhileARunStandsOnItTakesNothingWithIt()
    {
        using FaultHome home = await FaultHome.CreateAsync(settle: true);
        using World world = await NewWorldAsync(home);
        Actor writer = world.AddWriter("a");
        Assert.True(world.RunUntil(writer, IsBackupCommit));
        world.Finish(world.AddRemove(home.Kept));
        Optimize(world);
        Finish(world, writer);
    }

    [Fact]
    public async Task ALockThatAnotherMachinesFileSystemDoesNotHoldProvesNoDeath()
    {
        using FaultHome home = await FaultHome.CreateAsync();
        using World world = await NewWorldAsync(home);
        Actor writer = world.AddWriter("b");
        Assert.True(world.RunUntil(writer, IsBackupCommit));
        await ReplaceLeaseAsync(world, "another-boot");
        Assert.False(await world.Storage.IsLockedAsync(world.Leases()[0].Name, CancellationToken.None));
        Optimize(world);
        Assert.Single(world.Leases());
        Finish(world, writer);
    }

    [Fact]
    public async Task AFreeLockOfThisBootProvesDeathAtOnce()
    {
        using FaultHome home = await FaultHome.CreateAsync();
        using World world = await NewWorldAsync(home);
        Actor writer = world.AddWriter("b");
        Assert.True(world.RunUntil(writer, IsBackupCommit));
        Assert.NotNull(FileSystem.Current.BootId);
        world.Kill(writer);
        Assert.Single(world.Leases());
        Optimize(world);
        Assert.Empty(world.Leases());
        world.Check();
    }

    private static bool IsBackupCommit(StorageCall call, string name) => call == StorageCall.Commit && name.StartsWith(StoreNames.Backups, StringComparison.Ordinal);

    private static bool IsTrashCommit(StorageCall call, string name) => call == StorageCall.Commit && name.StartsWith(StoreNames.Trash, StringComparison.Ordinal);

    private static bool IsDataDelete(StorageCall call, string name) => call == StorageCall.Delete && name.StartsWith(StoreNames.Data, StringComparison.Ordinal);

    private static async Task<World> NewWorldAsync(FaultHome home) => new(home, ProtocolRules.All, await StoreCheck.ReadAllAsync(home.Storage));

    private static void Optimize(World world) => world.Finish(world.AddOptimize());

    /// <summary>Ends the writer, optimizes twice, and checks.</summary>
    private static void Finish(World world, Actor writer)
    {
        world.Finish(writer);
        Assert.NotNull(writer.Work.Result);
        Optimize(world);
        Optimize(world);
        world.Check();
    }

    /// <summary>Puts in the place of the only lease one of the same writer on another machine, whose lock this machine sees free.</summary>
    private static async Task ReplaceLeaseAsync(World world, string boot)
    {
        string name = Assert.Single(world.Leases()).Name;
        Assert.True(StoreNames.TryParseNumbered(StoreNames.Leases, name, out string id, out _));
        Assert.True(DataFileId.TryParse(id, out DataFileId lease));
        await world.Storage.DeleteAsync(name, CancellationToken.None);
        await world.Storage.PutAsync(name, id, LeaseRecord.Write(lease, "backup", boot, locked: true), CancellationToken.None);
    }
}
