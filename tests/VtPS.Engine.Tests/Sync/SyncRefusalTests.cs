using VtPS.Engine.Operations;
using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>What a sync refuses, leaves for the next, or only looks at.</summary>
public sealed class SyncRefusalTests : IDisposable
{
    private readonly SyncWorld _world = new("A", "B");

    private SyncTree A => _world["A"];

    private SyncTree B => _world["B"];

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task An_empty_root_that_had_entries_is_refused()
    {
        A.Write("a", "1", 0);
        await _world.SyncAsync("A", "B");
        A.Delete("a");

        VtException error = await Assert.ThrowsAsync<VtException>(() => _world.SyncAsync("B", "A"));

        Assert.Equal(VtErrorId.EmptyRootRefused, error.ErrorId);
        Assert.Equal(["a = 1"], B.List());
    }

    [Fact]
    public async Task Too_many_deletes_are_refused_until_they_are_allowed()
    {
        for (int i = 0; i < 30; i++)
        {
            A.Write($"{i}", $"{i}", 0);
        }

        await _world.SyncAsync("A", "B");
        for (int i = 0; i < 20; i++)
        {
            A.Delete($"{i}");
        }

        VtException error = await Assert.ThrowsAsync<VtException>(() => _world.SyncAsync("A", "B"));
        Assert.Equal(VtErrorId.TooManyDeletes, error.ErrorId);
        Assert.Equal(30, B.List().Count);

        (_, List<VtSyncAction> actions) = await _world.SyncAsync("A", "B", r => r with { MaximumDelete = 20 });
        Assert.Equal(20, actions.Count(a => a is { Action: VtSyncActionKind.Delete, Status: VtSyncActionStatus.Done, Side: VtSyncSide.Remote }));
        await _world.AssertNothingLostAsync();
    }

    [Fact]
    public async Task A_look_writes_no_byte()
    {
        A.Write("a", "1", 0);
        A.Write("d/b", "2", 0);
        await _world.SyncAsync("A", "B");
        A.Move("d", "e");
        A.Write("a", "3", 50);
        B.Write("a", "4", 60);
        Dictionary<string, string> before = Snapshot();

        await using SyncOperation sync = await SyncOperation.OpenAsync(
            new SyncRequest { Path = A.Path, Peer = B.Path, IsDry = true }, SyncWorld.Indexes, NullObserver.Instance, default);
        SyncPlan plan = await sync.PlanAsync(default);

        Assert.Equal(before, Snapshot());
        Assert.Equal(
            ["Conflict a.conflict- Local", "Conflict a.conflict- Remote", "Move e Remote", "Update a Local"],
            plan.Actions.Select(a => $"{a.Action} {(a.Path.Contains("conflict", StringComparison.Ordinal) ? a.Path[..11] : a.Path)} {a.Side}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_first_look_makes_no_state()
    {
        A.Write("a", "1", 0);
        await using SyncOperation sync = await SyncOperation.OpenAsync(
            new SyncRequest { Path = A.Path, Peer = B.Path, IsDry = true }, SyncWorld.Indexes, NullObserver.Instance, default);
        Assert.Single((await sync.PlanAsync(default)).Actions);
        Assert.False(Directory.Exists(A.FullPath(".vt")) || Directory.Exists(B.FullPath(".vt")));
    }

    [Fact]
    public async Task A_tree_that_is_being_synced_is_busy()
    {
        A.Write("a", "1", 0);
        await using LocalPeer first = new(A.Path, false, false, SyncWorld.Indexes, NullObserver.Instance);
        await first.OpenAsync([], default);
        Assert.Equal(VtErrorId.StoreBusy, (await Assert.ThrowsAsync<VtException>(() => _world.SyncAsync("B", "A"))).ErrorId);
    }

    [Fact]
    public async Task Trees_of_two_groups_are_refused()
    {
        using SyncWorld other = new("C", "D");
        A.Write("a", "1", 0);
        other["C"].Write("c", "1", 0);
        await _world.SyncAsync("A", "B");
        await other.SyncAsync("C", "D");
        await using SyncOperation sync = await SyncOperation.OpenAsync(new SyncRequest { Path = A.Path, Peer = other["C"].Path }, SyncWorld.Indexes, NullObserver.Instance, default);
        Assert.Equal(VtErrorId.InvalidArgument, (await Assert.ThrowsAsync<VtException>(() => sync.PlanAsync(default))).ErrorId);
    }

    [Fact]
    public async Task A_file_that_appears_between_plan_and_run_is_not_touched()
    {
        A.Write("a", "1", 0);
        A.Write("b", "old", 0);
        await _world.SyncAsync("A", "B");
        A.Write("new", "from A", 10);
        A.Write("b", "edited on A", 10);
        A.Delete("a");
        await using (SyncOperation sync = await SyncOperation.OpenAsync(new SyncRequest { Path = A.Path, Peer = B.Path }, SyncWorld.Indexes, NullObserver.Instance, default))
        {
            await sync.PlanAsync(default);
            B.Write("new", "from B", 20);
            B.Write("b", "edited on B", 20);
            B.Write("a", "edited too", 20);
            List<VtSyncAction> actions = [];
            VtSyncResult result = await sync.RunAsync(actions.Add, default);
            Assert.Equal(VtBackupStatus.CompleteWithErrors, result.Status);
            Assert.All(actions, a => Assert.Equal(VtSyncActionStatus.Waiting, a.Status));
        }

        Assert.Equal(["a = edited too", "b = edited on B", "new = from B"], B.List());
        await _world.SettleAsync();
        Assert.Equal(["a = edited too", "b = edited on B", "b.conflict- = edited on A", "new = from B", "new.conflict- = from A"], A.List().Select(l => System.Text.RegularExpressions.Regex.Replace(l, "conflict-[0-9a-f]+", "conflict-")));
    }

    [Fact]
    public async Task A_copy_of_a_tree_with_its_state_is_a_replica_of_its_own()
    {
        A.Write("a", "1", 0);
        await _world.SyncAsync("A", "B");
        using TempFolder folder = new();
        string copy = folder.Combine("copy");
        using (System.Diagnostics.Process process = System.Diagnostics.Process.Start("cp", ["-a", A.Path, copy]))
        {
            await process.WaitForExitAsync();
        }

        File.WriteAllText(Path.Join(copy, "from-copy"), "2");
        A.Write("from-a", "3", 20);
        foreach (string peer in (string[])[B.Path, copy, B.Path, copy])
        {
            await using SyncOperation sync = await SyncOperation.OpenAsync(new SyncRequest { Path = peer == copy ? B.Path : A.Path, Peer = peer }, SyncWorld.Indexes, NullObserver.Instance, default);
            await sync.PlanAsync(default);
            Assert.Equal(VtBackupStatus.Complete, (await sync.RunAsync(null, default)).Status);
        }

        await _world.SettleAsync();
        Assert.Equal(["a = 1", "from-a = 3", "from-copy = 2"], A.List());
        Assert.Equal("3", File.ReadAllText(Path.Join(copy, "from-a")));
    }

    [Fact]
    public async Task A_tree_brought_back_from_an_older_state_does_not_use_its_numbers_again()
    {
        A.Write("a", "1", 0);
        await _world.SyncAsync("A", "B");
        byte[] older = File.ReadAllBytes(A.FullPath(".vt/state"));
        A.Write("b", "2", 10);
        await _world.SyncAsync("A", "B");
        File.WriteAllBytes(A.FullPath(".vt/state"), older);
        A.Delete("b");
        A.Write("c", "3", 20);

        await _world.SettleAsync();

        Assert.Equal(["a = 1", "b = 2", "c = 3"], B.List());
    }

    [Fact]
    public async Task A_damaged_state_is_told_and_nothing_is_done()
    {
        A.Write("a", "1", 0);
        await _world.SyncAsync("A", "B");
        byte[] state = File.ReadAllBytes(A.FullPath(".vt/state"));
        state[state.Length / 2] ^= 1;
        File.WriteAllBytes(A.FullPath(".vt/state"), state);
        Assert.Equal(VtErrorId.BlockDamaged, (await Assert.ThrowsAsync<VtException>(() => _world.SyncAsync("A", "B"))).ErrorId);

        File.Delete(A.FullPath(".vt/state"));
        A.Write("b", "2", 10);
        await _world.SettleAsync();
        Assert.Equal(["a = 1", "b = 2"], B.List());
    }

    [Fact]
    public async Task History_and_status_tell_what_was_done()
    {
        A.Write("a", "1", 0);
        A.Write("d/b", "2", 0);
        await _world.SyncAsync("A", "B");
        A.Move("a", "c");
        await _world.SyncAsync("A", "B");

        Assert.Equal(["Create a", "Create d", "Create d/b", "Move c"], SyncLog.Read(A.Path, null).Where(e => e.IsLocal).Select(e => $"{e.Action} {e.Path}").Order(StringComparer.Ordinal));
        VtHistoryEntry moved = Assert.Single(SyncLog.Read(B.Path, 1));
        Assert.Equal((VtSyncActionKind.Move, "c", "a", A.Path, false), (moved.Action, moved.Path, moved.OldPath, moved.Peer, moved.IsLocal));
        VtStatus status = StatusFile.Read(B.Path);
        Assert.Equal(("Synced", 3, moved.Author.Length), (status.State, status.Entries, status.ReplicaId.Length));
    }

    /// <summary>Every file below both roots, the state folders too: its content's hash and its time.</summary>
    private Dictionary<string, string> Snapshot() => _world.Trees
        .SelectMany(t => Directory.EnumerateFileSystemEntries(t.Path, "*", SearchOption.AllDirectories))
        .ToDictionary(p => p, p => $"{File.GetLastWriteTimeUtc(p).Ticks} {(File.Exists(p) ? Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(p))) : string.Empty)}");
}
