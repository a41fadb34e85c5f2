using System.Text;
using VtPS.Engine.Groups;
using VtPS.Engine.Histories;
using VtPS.Engine.Operations;
using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>Who may read and who may merge, as <c>.vtgroup</c> says.</summary>
public sealed class GroupTests : IDisposable
{
    private readonly SyncWorld _world = new("A", "B", "C");
    private readonly RecordingObserver _observer = new();

    private SyncTree A => _world["A"];

    private SyncTree B => _world["B"];

    private SyncTree C => _world["C"];

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("A", "B")]
    [InlineData("B", "A")]
    public async Task Who_may_read_gets_everything_and_its_changes_are_refused(string first, string second)
    {
        A.Write("a", "1", 0);
        A.Write(".vtgroup", $"name photos\nmerge {PlaceOf(A)}\nread {PlaceOf(B)}\n", 0);
        await _world.SyncAsync(first, second);
        Assert.Equal(A.List(), B.List());

        A.Write("a", "2", 10);
        B.Write("b", "3", 10);
        (VtSyncResult result, _) = await _world.SyncAsync(first, second, observer: _observer);

        Assert.Equal(VtBackupStatus.CompleteWithErrors, result.Status);
        VtError refused = Assert.Single(_observer.Errors);
        Assert.Equal(VtErrorId.PeerRightDenied, refused.Id);
        Assert.Contains(PlaceOf(B), refused.Message, StringComparison.Ordinal);
        Assert.Contains("'b'", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("b = 3", A.List());
        Assert.Contains("a = 2", B.List());
        Assert.Contains("b = 3", B.List());

        // Once it is as the group has it, there is nothing to refuse.
        B.Delete("b");
        (result, List<VtSyncAction> actions) = await _world.SyncAsync(first, second);
        Assert.Equal(VtBackupStatus.Complete, result.Status);
        Assert.Empty(actions);
        Assert.Equal(A.List(), B.List());
    }

    [Fact]
    public async Task What_a_reader_changed_is_merged_once_it_may_merge()
    {
        A.Write("a", "1", 0);
        A.Write(".vtgroup", $"merge {PlaceOf(A)}\nread *\n", 0);
        await _world.SyncAsync("A", "B");
        B.Write("a", "of B", 10);
        B.Write(".vtgroup", "merge *\n", 10);
        await _world.SyncAsync("B", "A");
        Assert.Contains("a = 1", A.List());
        Assert.DoesNotContain(".vtgroup = merge *\n", A.List());

        A.Write(".vtgroup", "merge *\n", 20);
        await _world.SyncAsync("A", "B");
        Assert.Contains("a = of B", A.List());
        Assert.Equal(A.List(), B.List());
        await _world.AssertNothingLostAsync();
    }

    [Fact]
    public async Task Nobody_can_ask_for_what_a_reader_has_nor_pass_it_on()
    {
        A.Write(".vtgroup", $"merge {PlaceOf(A)}\nread *\n", 0);
        await _world.SyncAsync("A", "B");
        B.Write("b", "1", 10);
        C.Write("c", "1", 10);

        await AssertDeniedAsync("A", "B", B, r => r with { Direction = VtSyncDirection.Pull });
        await AssertDeniedAsync("B", "A", B, r => r with { Direction = VtSyncDirection.Push });
        await AssertDeniedAsync("B", "C", B);

        Assert.Equal(["c = 1"], C.List());
        Assert.False(Directory.Exists(C.FullPath(".vt/state")));
    }

    [Fact]
    public async Task Who_is_not_named_is_refused_before_anything_is_done()
    {
        A.Write(".vtgroup", $"merge {PlaceOf(A)}\nmerge {PlaceOf(C)}\n", 0);
        B.Write("b", "1", 0);
        await AssertDeniedAsync("A", "B", B);
        await AssertDeniedAsync("B", "A", B);
        Assert.Equal(["b = 1"], B.List());
        Assert.False(File.Exists(A.FullPath(".vt/state")) || File.Exists(B.FullPath(".vt/state")));

        await _world.SyncAsync("A", "C");
        Assert.Equal(A.List(), C.List());
    }

    [Fact]
    public async Task A_tree_keeps_to_its_own_file_whatever_the_other_side_does()
    {
        A.Write("a", "1", 0);
        A.Write(".vtgroup", "read *\n", 0);
        await using LocalPeer peer = new(A.Path, readOnly: false, compress: false, SyncWorld.Indexes, NullObserver.Instance);
        await peer.OpenAsync([], default);
        await peer.ScanAsync(new SyncTerms { Group = Identity.Draw(), Member = new GroupMember(2, "far", "/b") }, default);
        NodeRecord record = NodeRecord.Create(new NodeId(Identity.Draw()), new Dot(2, 1), new Place(NodeId.Root, "b"u8.ToArray()), new Content(NodeData.Directory, default), default);
        HistoryPart part = new(VersionVector.Empty.With(new Dot(2, 1)), [record]);

        VtException error = await Assert.ThrowsAsync<VtException>(() => peer.MergeAsync(part, new MergeTerms(VtConflictPolicy.KeepBoth, VersionVector.Empty, []), default));

        Assert.Equal(VtErrorId.PeerRightDenied, error.ErrorId);
        Assert.Contains("far:/b", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_names_the_group_and_trees_of_another_are_refused()
    {
        A.Write(".vtgroup", "id 00000000000000000000000000000abc\nname photos\n", 0);
        (VtSyncResult result, _) = await _world.SyncAsync("A", "B");
        Assert.Equal("00000000000000000000000000000abc", result.GroupId);
        await _world.SyncAsync("A", "B", r => r with { Group = "photos" });
        Assert.Equal(VtErrorId.InvalidArgument, (await Assert.ThrowsAsync<VtException>(() => _world.SyncAsync("A", "B", r => r with { Group = "music" }))).ErrorId);

        // Renamed on one side, it is renamed on the other.
        A.Write(".vtgroup", "id 00000000000000000000000000000abc\nname pictures\n", 10);
        await _world.SyncAsync("B", "A");
        await _world.SyncAsync("B", "A", r => r with { Group = "pictures" });

        C.Write(".vtgroup", "id 00000000000000000000000000000def\n", 0);
        VtException error = await Assert.ThrowsAsync<VtException>(() => _world.SyncAsync("A", "C"));
        Assert.Equal(VtErrorId.InvalidArgument, error.ErrorId);
        Assert.Contains(".vtgroup", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("merge", 1)]
    [InlineData("# who\n\nwrite nas", 3)]
    [InlineData("read nas\nmerge nas", 2)]
    [InlineData("id 12x", 1)]
    public async Task A_file_that_cannot_be_understood_lets_nobody_in(string content, int line)
    {
        A.Write(".vtgroup", content, 0);
        VtException error = await Assert.ThrowsAsync<VtException>(() => _world.SyncAsync("B", "A"));
        Assert.Equal(VtErrorId.InvalidArgument, error.ErrorId);
        Assert.Contains($"line {line},", error.Message, StringComparison.Ordinal);
        Assert.Empty(B.List());
    }

    [Theory]
    [InlineData("", 2)]
    [InlineData("name x", 2)]
    [InlineData("read *", 1)]
    [InlineData("merge other", 0)]
    [InlineData("read *\nmerge DESK", 2)]
    [InlineData("merge desk\nread desk:/a b", 1)]
    [InlineData("read desk:/a b\nmerge 0000000000000abc\nread *", 2)]
    [InlineData("merge desk:/a", 0)]
    public void What_is_said_of_the_replica_comes_before_its_place_its_machine_and_all(string content, int right)
    {
        GroupFile? file = GroupFile.Parse("f", Encoding.UTF8.GetBytes(content));
        Assert.Equal((GroupRight)right, file?.RightOf(new GroupMember(0xabc, "desk", "/a b")) ?? GroupRight.Merge);
    }

    private static string PlaceOf(SyncTree tree) => $"{Environment.MachineName}:{tree.Path}";

    private async Task AssertDeniedAsync(string first, string second, SyncTree who, Func<SyncRequest, SyncRequest>? with = null)
    {
        VtException error = await Assert.ThrowsAsync<VtException>(() => _world.SyncAsync(first, second, with));
        Assert.Equal(VtErrorId.PeerRightDenied, error.ErrorId);
        Assert.Contains(PlaceOf(who), error.Message, StringComparison.Ordinal);
    }
}
