using System.Text;
using VtPS.Engine.IO;
using VtPS.Engine.Replicas;
using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>Users who move things from one folder to another while a scan lists these one after the other.</summary>
public sealed class MoveDuringScanTests : IDisposable
{
    private readonly SyncTree _tree = new("tree");
    private readonly ReplicaState _state = ReplicaState.Create();
    private readonly RecordingObserver _observer = new();

    public MoveDuringScanTests()
    {
        _tree.Write("a/one", "1", 0);
        _tree.Write("a/d/inner/two", "2", 0);
        _tree.Write("b/three", "3", 0);
        _tree.Write("b/d2/four", "4", 0);

        // As of a tree that was left alone for a while: no folder is looked at again for being young alone.
        foreach (string folder in Directory.EnumerateDirectories(_tree.Path, "*", SearchOption.AllDirectories).Append(_tree.Path))
        {
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow.AddHours(-1));
        }

        Scan(null);
    }

    public void Dispose() => _tree.Dispose();

    public static TheoryData<int, string, string> Moves()
    {
        TheoryData<int, string, string> moves = [];
        for (int after = 1; after <= 6; after++)
        {
            // After each of the folders that are listed: wherever the two stand in the order, it is met between them.
            moves.Add(after, "a/one", "b/one");
            moves.Add(after, "b/three", "a/d/inner/three");
            moves.Add(after, "a/d", "b/d");
            moves.Add(after, "b/d2", "a/d2");
            moves.Add(after, "b", "a/d/b");
            moves.Add(after, "a", "b/d2/a");
        }

        return moves;
    }

    [Theory]
    [MemberData(nameof(Moves))]
    public void What_is_moved_while_the_tree_is_looked_at_is_moved(int after, string from, string to)
    {
        IReadOnlyList<VtHistoryEntry> changes = Scan(Once(after, () => _tree.Move(from, to)));

        // What was moved after both places had been seen is found by the next scan.
        VtHistoryEntry change = Assert.Single(changes.Concat(Scan(null)));
        Assert.Equal((VtSyncActionKind.Move, from, to), (change.Action, change.OldPath, change.Path));
        AssertKnown();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_is_moved_into_a_folder_that_is_made_meanwhile_is_moved(int after)
    {
        IReadOnlyList<VtHistoryEntry> changes = Scan(Once(after, () =>
        {
            _tree.MakeFolder("a/new");
            _tree.Move("b/three", "a/new/three");
        }));

        Assert.Equal(["Create a/new", "Move a/new/three"], changes.Concat(Scan(null)).Select(c => $"{c.Action} {c.Path}").Order());
        AssertKnown();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void What_is_deleted_meanwhile_is_deleted(int after)
    {
        IReadOnlyList<VtHistoryEntry> changes = Scan(Once(after, () =>
        {
            _tree.Delete("b/three");
            _tree.Delete("a/d");
        }));

        Assert.Equal(["Delete a/d", "Delete a/d/inner", "Delete a/d/inner/two", "Delete b/three"], changes.Concat(Scan(null)).Select(c => $"{c.Action} {c.Path}").Order());
        AssertKnown();
    }

    [Fact]
    public void A_tree_that_never_rests_is_scanned_all_the_same()
    {
        int number = 0;
        _tree.Delete("b/three");
        IReadOnlyList<VtHistoryEntry> changes = Scan(_ => _tree.MakeFolder($"a/d/f{number++}"));

        Assert.Contains(changes, c => c is { Action: VtSyncActionKind.Delete, Path: "b/three" });
        Scan(null);
        AssertKnown();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void A_tree_that_becomes_empty_meanwhile_is_refused(int after)
    {
        _tree.Delete("b/three");
        VtException error = Assert.Throws<VtException>(() => Scan(Once(after, () =>
        {
            _tree.Delete("a");
            _tree.Delete("b");
        })));

        Assert.Equal(VtErrorId.EmptyRootRefused, error.ErrorId);
        Assert.DoesNotContain(_state.History.Records.Values, r => !r.IsAlive);
    }

    /// <summary>Does something after so many folders were listed.</summary>
    private static Action<long> Once(int after, Action move)
    {
        int listed = 0;
        return _ =>
        {
            if (++listed == after)
            {
                move();
            }
        };
    }

    private IReadOnlyList<VtHistoryEntry> Scan(Action<long>? onFolder)
    {
        TreeRules rules = TreeRules.Create([], null);
        using DirectoryHandle root = FileSystem.Current.OpenDirectory(Encoding.UTF8.GetBytes(_tree.Path));
        using TreeLook look = TreeLook.Run(root, rules, onFolder ?? (_ => { }), default);
        return [.. new Scanner(_state, _tree.Path, rules, _observer).Run(look, default).Changes.Select(c => c.ToLine(_tree.Path, DateTime.Now, _state.History.Replica))];
    }

    /// <summary>What is known of the tree is what lies on disk.</summary>
    private void AssertKnown()
    {
        IEnumerable<string> known = _state.Applied.Entries.Select(e => _state.Applied.TextOf(e.Place));
        Assert.Equal(Directory.EnumerateFileSystemEntries(_tree.Path, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(_tree.Path, p)).Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
    }
}
