using VtPS.Engine.Operations;
using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>Trees that keep their state and revisions elsewhere.</summary>
public sealed class ReplicaPlaceTests : IDisposable
{
    private readonly SyncWorld _world = new("A", "B", "C");

    // On another file system than the trees, where these are in memory.
    private readonly TempFolder _elsewhere = new();

    private SyncTree A => _world["A"];

    private SyncTree B => _world["B"];

    private string Store => _elsewhere.Combine("deep/store");

    public void Dispose()
    {
        _world.Dispose();
        _elsewhere.Dispose();
    }

    [Fact]
    public async Task What_lasts_lies_where_it_was_named_and_later_syncs_find_it()
    {
        A.Write("a", "1", 0);
        A.Write("b", "2", 0);
        await SyncAsync("A", "B");
        B.Write("a", "3", 10);
        B.Delete("b");
        await _world.SyncAsync("B", "A");
        A.Move("a", "c");
        await _world.SyncAsync("A", "B");

        Assert.Equal(["c = 3"], A.List());
        Assert.Equal(A.List(), B.List());
        await _world.AssertNothingLostAsync();
        Assert.Equal(["1", "2"], (await SyncWorld.RevisionsAsync(A.Path)).Order());
        Assert.Equal(["history.ndjson", "lock", "state", "status.json", "store"], Directory.EnumerateFileSystemEntries(Store).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(A.FullPath(".vt/state")) || Directory.Exists(A.FullPath(".vt/store")));
        Assert.Equal(("Synced", 1), (StatusFile.Read(A.Path).State, StatusFile.Read(A.Path).Entries));
        Assert.True(File.Exists(B.FullPath(".vt/state")));
    }

    [Fact]
    public async Task A_look_finds_it_and_makes_none()
    {
        A.Write("a", "1", 0);
        await using SyncOperation look = await SyncOperation.OpenAsync(new SyncRequest { Path = A.Path, Peer = B.Path, Store = Store, IsDry = true }, SyncWorld.Indexes, NullObserver.Instance, default);
        Assert.Single((await look.PlanAsync(default)).Actions);
        Assert.False(Directory.Exists(Store) || Directory.Exists(A.FullPath(".vt")));
    }

    [Fact]
    public async Task A_place_in_either_tree_is_refused()
    {
        A.Write("a", "1", 0);
        foreach (SyncTree tree in (SyncTree[])[A, B])
        {
            Assert.Equal(VtErrorId.InvalidArgument, (await Assert.ThrowsAsync<VtException>(() => _world.SyncAsync("A", "B", r => r with { Store = tree.FullPath("store") }))).ErrorId);
        }

        Assert.Empty(B.List());
    }

    [Fact]
    public async Task A_place_that_is_gone_is_no_new_tree_until_the_user_says_so()
    {
        A.Write("a", "1", 0);
        A.Write("b", "2", 0);
        await SyncAsync("A", "B");
        Directory.Move(Store, Store + ".unmounted");
        B.Write("a", "3", 10);
        Assert.Equal(VtErrorId.PathNotFound, (await Assert.ThrowsAsync<VtException>(() => _world.SyncAsync("A", "B"))).ErrorId);
        Assert.False(Directory.Exists(Store));

        Directory.Move(Store + ".unmounted", Store);
        await _world.SyncAsync("A", "B");
        Assert.Equal(["a = 3", "b = 2"], A.List());

        Directory.Delete(Store, recursive: true);
        A.Write("a", "4", 20);
        await SyncAsync("A", "B");
        await _world.SyncAsync("A", "B");
        Assert.Equal(A.List(), B.List());
        Assert.Contains("a = 4", A.List());
    }

    [Fact]
    public async Task A_place_is_for_one_tree_and_a_tree_has_one_place()
    {
        A.Write("a", "1", 0);
        await SyncAsync("A", "B");
        Assert.Equal(VtErrorId.InvalidArgument, (await Assert.ThrowsAsync<VtException>(() => SyncAsync("C", "B"))).ErrorId);
        Assert.Equal(VtErrorId.InvalidArgument, (await Assert.ThrowsAsync<VtException>(() => _world.SyncAsync("A", "B", r => r with { Store = _elsewhere.Combine("other") }))).ErrorId);
        Assert.False(Directory.Exists(_elsewhere.Combine("other")));

        // Moved there, it is taken.
        Directory.Move(Store, _elsewhere.Combine("other"));
        await _world.SyncAsync("A", "B", r => r with { Store = _elsewhere.Combine("other") });
        A.Write("a", "2", 10);
        await _world.SyncAsync("A", "B");
        Assert.Equal(["a = 2"], B.List());
    }

    [Fact]
    public async Task A_copy_of_a_tree_does_not_go_by_the_place_of_the_first()
    {
        A.Write("a", "1", 0);
        await SyncAsync("A", "B");
        string copy = _elsewhere.Combine("copy");
        using (System.Diagnostics.Process process = System.Diagnostics.Process.Start("cp", ["-a", A.Path, copy]))
        {
            await process.WaitForExitAsync();
        }

        SyncRequest request = new() { Path = copy, Peer = B.Path };
        Assert.Equal(VtErrorId.InvalidArgument, (await Assert.ThrowsAsync<VtException>(() => RunAsync(request))).ErrorId);
        File.WriteAllText(Path.Join(copy, "b"), "2");
        await RunAsync(request with { Store = _elsewhere.Combine("own") });
        await _world.SettleAsync();
        Assert.Equal(["a = 1", "b = 2"], A.List());
    }

    [Fact]
    public async Task A_state_folder_that_is_a_link_is_refused()
    {
        A.Write("a", "1", 0);
        A.Link(".vt", _elsewhere.Path);
        Assert.Equal(VtErrorId.UnsafePath, (await Assert.ThrowsAsync<VtException>(() => _world.SyncAsync("A", "B"))).ErrorId);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_elsewhere.Path));
    }

    private static async Task RunAsync(SyncRequest request)
    {
        await using SyncOperation sync = await SyncOperation.OpenAsync(request, SyncWorld.Indexes, NullObserver.Instance, default);
        await sync.PlanAsync(default);
        Assert.Equal(VtBackupStatus.Complete, (await sync.RunAsync(null, default)).Status);
    }

    private async Task SyncAsync(string first, string second) => await _world.SyncAsync(first, second, r => r with { Store = Store });
}
