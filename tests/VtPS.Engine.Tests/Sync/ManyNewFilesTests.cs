using VtPS.Engine.Histories;
using VtPS.Engine.Operations;
using VtPS.Engine.Replicas;
using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Protocol;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>So many new files that several threads put them into their places.</summary>
public sealed class ManyNewFilesTests : IDisposable
{
    private const int Folders = 12;
    private const int FilesEach = 30;

    private readonly SyncWorld _world = new("A", "B");

    public ManyNewFilesTests()
    {
        for (int i = 0; i < Folders * FilesEach; i++)
        {
            // One of three has a content of its own; others share one of four, or hold so little that it stands in the history.
            A.Write(NameOf(i), (i % 3) switch
            {
                0 => $"{i} {new string('x', 500)}",
                1 => $"shared {i % 4} {new string('y', 500)}",
                _ => $"{i % 5}",
            }, i);
        }
    }

    private SyncTree A => _world["A"];

    private SyncTree B => _world["B"];

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_users_made_in_some_of_the_places_stays_and_each_action_is_told_of_as_it_ended(bool isRemote)
    {
        int[] taken = [0, 1, 2, 100, 101, 102, 359];
        List<VtSyncAction> actions = [];
        await using (SyncOperation sync = await OpenAsync(isRemote, null))
        {
            SyncPlan plan = await sync.PlanAsync(default);
            Assert.Equal(Folders + (Folders * FilesEach), plan.Actions.Count);
            foreach (int i in taken)
            {
                B.MakeFolder(Path.GetDirectoryName(NameOf(i))!);
                B.Write(NameOf(i), $"of B {i}", 1000);
            }

            VtSyncResult result = await sync.RunAsync(actions.Add, default);
            Assert.Equal((taken.Length, actions.Count - taken.Length), (result.Waiting, result.RemoteActions));
            Assert.Equal(plan.Actions.Select(a => a.Path), actions.Select(a => a.Path));
        }

        Assert.Equal(taken.Select(NameOf).Order(), actions.Where(a => a.Status == VtSyncActionStatus.Waiting).Select(a => a.Path).Order());
        Assert.All(actions, a => Assert.Equal(a.Status == VtSyncActionStatus.Waiting ? (VtSyncActionStatus.Waiting, true) : (VtSyncActionStatus.Done, false), (a.Status, a.Reason is not null)));
        Assert.All(taken, i => Assert.Equal($"of B {i}", File.ReadAllText(B.FullPath(NameOf(i)))));
        await _world.SettleAsync();
        Assert.Equal((Folders * FilesEach) + taken.Length, A.Files().Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(150)]
    [InlineData(371)]
    public async Task What_ends_it_in_the_middle_is_what_is_thrown_and_the_next_sync_goes_on(int after)
    {
        int done = 0;
        await using (SyncOperation sync = await OpenAsync(false, () => _ = ++done == after ? throw new InvalidOperationException("It was stopped.") : 0))
        {
            await sync.PlanAsync(default);
            InvalidOperationException stopped = await Assert.ThrowsAsync<InvalidOperationException>(() => sync.RunAsync(null, default));
            Assert.Equal("It was stopped.", stopped.Message);
        }

        // What is noted of it lies there.
        Assert.All(Load(B).Applied.Entries.Where(e => !e.Data.IsDirectory), e => Assert.True(File.Exists(B.FullPath(Load(B).Applied.TextOf(e.Place)))));
        Assert.InRange(B.Files().Count(), Math.Max(0, after - Folders), Folders * FilesEach);
        await _world.SettleAsync();
        await _world.AssertNothingLostAsync();
    }

    [Fact]
    public async Task A_sync_that_is_interrupted_in_the_middle_is_told_as_that_and_the_next_one_goes_on()
    {
        int done = 0;
        using CancellationTokenSource stop = new();
        await using (SyncOperation sync = await OpenAsync(false, () =>
        {
            if (++done == 100)
            {
                stop.Cancel();
            }
        }))
        {
            await sync.PlanAsync(default);
            Assert.Equal(VtBackupStatus.Interrupted, (await sync.RunAsync(null, stop.Token)).Status);
        }

        Assert.InRange(B.Files().Count(), 100 - Folders, (Folders * FilesEach) - 1);
        await _world.SettleAsync();
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Content_that_a_killed_sync_left_unreadable_is_fetched_again()
    {
        await _world.SyncAsync("A", "B");
        A.Write("late", $"late {new string('z', 500)}", 10);
        using (ReplicaFolder folder = ReplicaFolder.Open(B.Path, readOnly: false))
        {
            byte[] content = File.ReadAllBytes(A.FullPath("late"));
            NodeData late = NodeData.File(ContentHasher.Compute(content));
            using (StagingArea staging = new(folder))
            {
                staging.Put(late, content);
            }

            string staged = Path.Join(folder.Staging, StagingArea.NameOf(late));
            File.SetUnixFileMode(staged, UnixFileMode.None);
            File.SetUnixFileMode(folder.Staging, (UnixFileMode)0x1FF);
            File.SetUnixFileMode(B.Path, (UnixFileMode)0x1FF);
            File.SetUnixFileMode(folder.Path, (UnixFileMode)0x1FF);
            AsNobody.Run(() => StagingCheck.Run(folder, default));
            Assert.False(File.Exists(staged));
        }

        await _world.SettleAsync();
    }

    private static string NameOf(int i) => $"d{i / FilesEach}/f{i}";

    private static ReplicaState Load(SyncTree tree)
    {
        using ReplicaFolder folder = ReplicaFolder.Open(tree.Path, readOnly: true);
        return folder.Load();
    }

    /// <summary>A sync that pushes A to B.</summary>
    private async Task<SyncOperation> OpenAsync(bool isRemote, Action? onAction)
    {
        LocalPeer here = new(A.Path, false, isRemote, SyncWorld.Indexes, NullObserver.Instance);
        ISyncPeer there = isRemote
            ? await RemoteSyncTests.ConnectAsync(B.Path, new TestWire())
            : new LocalPeer(B.Path, false, false, SyncWorld.Indexes, NullObserver.Instance) { OnAction = onAction };
        return SyncOperation.Of(new SyncRequest { Path = A.Path, Peer = B.Path }, here, there, NullObserver.Instance);
    }
}
