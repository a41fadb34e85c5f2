using System.Diagnostics;
using System.Runtime.CompilerServices;
using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;
using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Protocol;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>The progress of the far end of a sync, shown here.</summary>
public sealed class RemoteProgressTests
{
    [Fact]
    public async Task A_far_end_that_takes_long_tells_whoever_asks_how_far_it_is_by_its_name()
    {
        TestWire wire = new("ssh://host/tree");
        HeldTree tree = new();
        RecordingObserver observer = new();
        await using RemotePeer peer = await ConnectAsync(wire, tree, observer);
        HeldTree otherTree = new();
        await using RemotePeer other = await ConnectAsync(new TestWire(), otherTree, NullObserver.Instance);
        long began = Stopwatch.GetTimestamp();
        Task call = peer.ScanAsync(new SyncTerms(), default);
        Task otherCall = other.ScanAsync(new SyncTerms(), default);
        await WaitAsync(() => otherTree.Calls == 1);
        long otherReceived = other.Statistics.FramesReceived;
        await WaitAsync(() => observer.Progress.Count >= 1);
        TimeSpan first = Stopwatch.GetElapsedTime(began);
        await WaitAsync(() => observer.Progress.Count >= 3);
        Assert.Equal(otherReceived, other.Statistics.FramesReceived);
        tree.Release();
        otherTree.Release();
        await call;
        await otherCall;

        OperationProgress told = observer.Progress.First();
        Assert.Equal("Scanning (ssh://host/tree)", told.Activity);
        Assert.Equal((2, 8L, 1000, 4000L), (told.ItemsDone, told.ItemsTotal!.Value, told.BytesDone, told.BytesTotal!.Value));
        Assert.InRange(told.Percent!.Value, 25, 26);
        OperationProgress last = observer.Progress.Last();
        Assert.InRange(last.Remaining!.Value.TotalSeconds, 1, 60);
        Assert.InRange(first.TotalSeconds, 0.95, 30);
        Assert.InRange(observer.Progress.Count, 3, 3 + (int)(tree.Took.TotalSeconds * 3));
        int before = observer.Progress.Count;
        await peer.ExecuteAsync(default);
        Assert.True(tree.WasWanted);
        Assert.False(otherTree.WasWanted);
        Assert.Equal(before, observer.Progress.Count);
    }

    [Fact]
    public async Task What_a_served_tree_takes_in_is_told_while_it_comes()
    {
        using SyncTree here = new("here");
        using SyncTree there = new("there");
        File.WriteAllBytes(here.FullPath("file"), TestContent.Random(3_000_000, 9));
        TestWire wire = new("!" + new string('x', 100));
        RecordingObserver observer = new();
        Task service = ServeAsync(wire, there);
        RemotePeer remote = await RemotePeer.ConnectAsync(wire.Client, there.Path, isDry: false, observer, default);
        SlowReader local = new(new LocalPeer(here.Path, readOnly: false, compress: true, SyncWorld.Indexes, NullObserver.Instance), () => !observer.Progress.IsEmpty);
        await using (SyncOperation sync = SyncOperation.Of(new SyncRequest { Path = here.Path, Peer = there.Path }, local, remote, NullObserver.Instance))
        {
            await sync.PlanAsync(default);
            Assert.Equal(VtBackupStatus.Complete, (await sync.RunAsync(null, default)).Status);
        }

        await service;
        Assert.All(observer.Progress, p => Assert.Equal($"Fetching (!{new string('x', 46)}…)", p.Activity));
        Assert.Contains(observer.Progress, p => p is { BytesDone: > 0, BytesTotal: 3_000_000 });
        Assert.Equal(here.List(), there.List());
    }

    [Fact]
    public async Task A_sync_with_little_to_do_sends_no_progress_and_no_byte_more_for_asking()
    {
        using SyncTree here = new("here");
        using SyncTree there = new("there");
        here.Write("folder/file", "content", 1);
        RecordingObserver observer = new();
        await SyncAsync(here, there, observer);
        long asked = await SyncAsync(here, there, observer);
        long unasked = await SyncAsync(here, there, NullObserver.Instance);

        Assert.Empty(observer.Progress);
        Assert.Equal(unasked, asked);
    }

    [Fact]
    public async Task This_side_is_shown_first_and_the_peer_while_this_side_says_nothing()
    {
        RecordingObserver observer = new();
        List<string> noted = [];
        ProgressTurns turns = new(observer, isKept: false) { OnPeer = p => noted.Add(p.Activity) };
        turns.Peer.OnProgress(new OperationProgress { Activity = "peer 1" });
        turns.OnProgress(new OperationProgress { Activity = "here" });
        turns.Peer.OnProgress(new OperationProgress { Activity = "peer 2" });
        await Task.Delay(1050);
        turns.Peer.OnProgress(new OperationProgress { Activity = "peer 3" });

        Assert.Equal(["peer 1", "here", "peer 3"], observer.Progress.Select(p => p.Activity));
        Assert.Equal(["peer 1", "peer 3"], noted);
        Assert.False(new ProgressTurns(NullObserver.Instance, isKept: false).Peer.WantsProgress);
        Assert.True(new ProgressTurns(NullObserver.Instance, isKept: true).Peer.WantsProgress);
    }

    [Fact]
    public async Task The_status_of_this_side_tells_how_far_the_peer_is()
    {
        using SyncTree here = new("here");
        here.Write("file", "content", 1);
        await using LocalPeer local = new(here.Path, readOnly: false, compress: true, SyncWorld.Indexes, NullObserver.Instance);
        local.Show(new OperationProgress { Activity = "Looking (far)" });
        await local.OpenAsync([], default);
        await local.ScanAsync(new SyncTerms { Peer = "far" }, default);
        await Task.Delay(250);
        local.Show(new OperationProgress { Activity = "Applying (far)", ItemsDone = 3, ItemsTotal = 9, BytesDone = 10, BytesTotal = 20, Rate = 7, Remaining = TimeSpan.FromSeconds(5) });

        VtStatus status = StatusFile.Read(here.Path);
        Assert.Equal(
            ("Applying (far)", 3, 9, 10, 20, 7.0, TimeSpan.FromSeconds(5)),
            (status.State, status.ItemsDone, status.ItemsTotal, status.BytesDone, status.BytesTotal, status.BytesPerSecond, status.Remaining!.Value));
    }

    private static Task ServeAsync(TestWire wire, SyncTree tree) =>
        PeerService.RunAsync(wire.Server, (_, _) => ValueTask.FromResult<IStoreService>(new SyncServer(tree.Path, SyncWorld.Indexes)), ExportRight.Full, default);

    private static async Task<RemotePeer> ConnectAsync(TestWire wire, HeldTree tree, IOperationObserver observer)
    {
        _ = PeerService.RunAsync(wire.Server, (_, _) => ValueTask.FromResult<IStoreService>(tree), ExportRight.Full, default);
        return await RemotePeer.ConnectAsync(wire.Client, "/tree", isDry: false, observer, default);
    }

    /// <summary>Syncs.</summary>
    /// <returns>The bytes that went over the connection.</returns>
    private static async Task<long> SyncAsync(SyncTree here, SyncTree there, IOperationObserver observer)
    {
        TestWire wire = new();
        Task service = ServeAsync(wire, there);
        RemotePeer remote = await RemotePeer.ConnectAsync(wire.Client, there.Path, isDry: false, observer, default);
        LocalPeer local = new(here.Path, readOnly: false, compress: true, SyncWorld.Indexes, NullObserver.Instance);
        await using (SyncOperation sync = SyncOperation.Of(new SyncRequest { Path = here.Path, Peer = there.Path }, local, remote, NullObserver.Instance))
        {
            await sync.PlanAsync(default);
            await sync.RunAsync(null, default);
        }

        await service;
        return wire.Passed;
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        for (long began = Stopwatch.GetTimestamp(); !condition(); await Task.Delay(10))
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(25), "Nothing was told.");
        }
    }

    /// <summary>A tree whose content stops after its first packet until something has happened.</summary>
    private sealed class SlowReader(IFetchingPeer inner, Func<bool> isEnough) : PassingPeer(inner)
    {
        public override async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(IReadOnlyList<ContentRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (ReadOnlyMemory<byte> packet in base.ReadContentAsync(requests, cancellationToken))
            {
                yield return packet;
                await WaitAsync(isEnough);
            }
        }
    }
}
