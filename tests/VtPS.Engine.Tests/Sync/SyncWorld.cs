using VtPS.Engine.Backups;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Sync;
using VtPS.Engine.Trees;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>Some peers and their syncs. It keeps account of every content that a sync took off a tree: that must be in the tree's revisions.</summary>
internal sealed class SyncWorld : IDisposable
{
    private readonly Dictionary<string, SyncTree> _trees = [];
    private readonly Dictionary<string, HashSet<string>> _taken = [];

    public SyncWorld(params string[] names)
    {
        foreach (string name in names)
        {
            _trees.Add(name, new SyncTree(name));
            _taken.Add(name, []);
        }
    }

    public static IBlockIndexFactory Indexes { get; } = new MemoryBlockIndexFactory(null);

    /// <summary>How the second peer of a sync is reached, from its path; null: as a folder of this process.</summary>
    public Func<string, Task<ISyncPeer>>? Reach { get; init; }

    public IReadOnlyCollection<SyncTree> Trees => _trees.Values;

    public SyncTree this[string name] => _trees[name];

    /// <summary>Syncs two peers.</summary>
    /// <returns>The result, and what was done.</returns>
    public async Task<(VtSyncResult Result, List<VtSyncAction> Actions)> SyncAsync(string first, string second, Func<SyncRequest, SyncRequest>? with = null, IOperationObserver? observer = null)
    {
        (HashSet<string> one, HashSet<string> two) = (_trees[first].Contents(), _trees[second].Contents());
        SyncRequest request = new() { Path = _trees[first].Path, Peer = _trees[second].Path };
        request = with?.Invoke(request) ?? request;
        observer ??= NullObserver.Instance;
        await using SyncOperation sync = Reach is null
            ? await SyncOperation.OpenAsync(request, Indexes, observer, default)
            : SyncOperation.Of(request, new LocalPeer(request.Path, false, true, Indexes, observer), await Reach(request.Peer), observer);
        SyncPlan plan = await sync.PlanAsync(default);
        List<VtSyncAction> actions = [];
        VtSyncResult result = await sync.RunAsync(actions.Add, default);
        Assert.Equal(plan.Actions.Count, actions.Count);
        NoteTaken(first, one);
        NoteTaken(second, two);
        return (result, actions);
    }

    /// <summary>Notes what has gone from a tree in a sync.</summary>
    public void NoteTaken(string name, HashSet<string> before)
    {
        before.ExceptWith(_trees[name].Contents());
        _taken[name].UnionWith(before);
    }

    /// <summary>Syncs along a chain until all trees are equal, and once more, which must do nothing.</summary>
    public async Task SettleAsync()
    {
        string[] names = [.. _trees.Keys];
        for (int round = 0; round < (names.Length == 2 ? 2 : names.Length + 2); round++)
        {
            for (int i = 0; i + 1 < names.Length; i++)
            {
                // What only a third peer has may have to wait for that.
                (_, List<VtSyncAction> actions) = await SyncAsync(names[i], names[i + 1]);
                Assert.DoesNotContain(actions, a => a.Status == VtSyncActionStatus.Failed);
            }
        }

        for (int i = 0; i + 1 < names.Length; i++)
        {
            Assert.Equal(_trees[names[i]].List(), _trees[names[i + 1]].List());
            Assert.Equal(_trees[names[i]].Attributes(), _trees[names[i + 1]].Attributes());
            (VtSyncResult result, List<VtSyncAction> actions) = await SyncAsync(names[i], names[i + 1]);
            Assert.Empty(actions);
            Assert.Equal((0, 0), (result.LocalChanges, result.RemoteChanges));
        }
    }

    /// <summary>Everything that a sync has taken off a tree is in the tree's revisions.</summary>
    public async Task AssertNothingLostAsync()
    {
        foreach ((string name, HashSet<string> taken) in _taken)
        {
            if (taken.Count > 0)
            {
                HashSet<string> kept = await RevisionsAsync(_trees[name].Path);
                Assert.True(taken.IsSubsetOf(kept), $"Taken off {name}, and not in its revisions: {string.Join(", ", taken.Except(kept))}");
            }
        }
    }

    /// <summary>The contents of all revisions of a tree.</summary>
    public static async Task<HashSet<string>> RevisionsAsync(string root)
    {
        HashSet<string> contents = [];
        if (RevisionStore.Find(root) is not { } address)
        {
            return contents;
        }

        await using StoreSession store = await StoreSession.OpenAsync(address, Indexes, default);
        StoreTreeReader reader = new(store.Blocks);
        foreach (VtBackup backup in await BackupCatalog.ReadAllAsync(store, e => throw e, default))
        {
            await GatherAsync(reader, VtBlockReference.Parse(backup.Root), contents);
        }

        return contents;
    }

    public void Dispose()
    {
        foreach (SyncTree tree in _trees.Values)
        {
            tree.Dispose();
        }
    }

    private static async Task GatherAsync(StoreTreeReader reader, VtBlockReference folder, HashSet<string> contents)
    {
        await foreach (TreeEntry entry in reader.ReadDirectoryAsync(folder, default))
        {
            if (entry.Type == VtItemType.Directory)
            {
                await GatherAsync(reader, entry.Content!, contents);
            }
            else if (entry.Type == VtItemType.File)
            {
                byte[] bytes = new byte[entry.Size];
                Assert.Equal(bytes.Length, await reader.ReadAsync(entry.Content!, 0, bytes, default));
                contents.Add(System.Text.Encoding.UTF8.GetString(bytes));
            }
        }
    }
}
