using System.Security.Cryptography;
using VtPS.Engine.Groups;
using VtPS.Engine.Histories;
using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;
using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Protocol;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>Syncs with one peer that take content from other trees of the group, too.</summary>
public sealed class ManySourcesTests : IDisposable
{
    private readonly SyncWorld _world = new("A", "B", "C", "D", "E");

    private SyncTree A => _world["A"];

    private SyncTree B => _world["B"];

    private SyncTree C => _world["C"];

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_peer_is_cut_off_in_the_middle_and_the_rest_comes_from_another(bool isFolder)
    {
        await MakeGroupAsync();
        Fill(B, 40, 150_000);
        await _world.SyncAsync("B", "C");
        B.Delete("empty");

        // Its first two batches are 1.6 MB.
        TestWire toB = new("B") { CutAfter = 1_200_000 };
        TestWire toC = new("C");
        string before = Everything(C);

        (VtException? error, IReadOnlyList<ContentShare> shares) = await SyncAsync(toB, isFolder ? ContentOrigin.Of(new SyncTarget(C.Path)) : Remote(toC, C.Path));

        // The tree here has got everything, deletions too; the error is about the peer, whose turn was not brought to its end.
        Assert.Equal(VtErrorId.PeerUnreachable, error!.ErrorId);
        Assert.Equal(B.List(), A.List());
        Assert.Equal(40, shares.Sum(s => s.Files));
        Assert.True(shares[1].Files > 0);
        Assert.Equal(before, Everything(C));
        Assert.Equal(VtBackupStatus.Complete, (await _world.SyncAsync("A", "B")).Result.Status);
    }

    [Fact]
    public async Task Where_nobody_else_has_it_a_cut_ends_the_sync_and_the_next_goes_on()
    {
        await MakeGroupAsync();
        Fill(B, 40, 150_000);
        TestWire toC = new("C");

        (VtException? error, _) = await SyncAsync(new TestWire("B") { CutAfter = 3_000_000 }, Remote(toC, C.Path));
        Assert.Equal((VtErrorId.PeerUnreachable, "B"), (error!.ErrorId, error.Target));
        Assert.Single(A.Files());
        TestWire second = new("B");
        (error, _) = await SyncAsync(second, Remote(new TestWire("C"), C.Path));

        Assert.Null(error);
        Assert.Equal(B.List(), A.List());

        // Of 4.5 MB 3 were sent; what was in flight may come again.
        Assert.InRange(second.Passed, 1_000_000, 3_500_000);
    }

    [Fact]
    public async Task What_the_peer_s_user_has_replaced_since_the_scan_comes_from_another()
    {
        await MakeGroupAsync();
        B.Write("file", new string('x', 5000) + "first", 10);
        await _world.SyncAsync("B", "C");
        await using SyncOperation sync = await SyncOperation.OpenAsync(
            new SyncRequest { Path = A.Path, Peer = B.Path, Sources = [new SyncTarget(C.Path)] }, SyncWorld.Indexes, NullObserver.Instance, default);
        await sync.PlanAsync(default);
        B.Write("file", new string('x', 5000) + "second", 20);

        VtSyncResult result = await sync.RunAsync(null, default);

        Assert.Equal((VtBackupStatus.Complete, 1), (result.Status, result.LocalActions));
        Assert.EndsWith("first", File.ReadAllText(A.FullPath("file")), StringComparison.Ordinal);
        Assert.Equal([0, 1], sync.Shares.Select(s => s.Files));
    }

    [Fact]
    public async Task Who_is_of_another_group_or_forbids_it_or_is_not_there_is_passed_over()
    {
        await MakeGroupAsync();
        _world["D"].Write("other", "group", 0);
        await _world.SyncAsync("D", "E");
        Fill(B, 300, 2000);
        await _world.SyncAsync("B", "C");
        C.Write(".vtgroup", "merge somebody\n", 30);
        string before = Everything(C) + Everything(_world["D"]);
        TestWire toC = new("C");
        TestWire toD = new("D");

        // The peer gives nothing until all have refused.
        ContentOrigin[] origins =
        [
            ContentOrigin.Of(new SyncTarget(C.Path)),
            Remote(toC, C.Path),
            ContentOrigin.Of(new SyncTarget(_world["D"].Path)),
            Remote(toD, _world["D"].Path),
            ContentOrigin.Of(new SyncTarget(A.FullPath("none"))),
            ContentOrigin.Of(new SyncTarget("unix://" + A.FullPath("none"))),
            ContentOrigin.Of(new SyncTarget("ftp://host/tree")),
            ContentOrigin.Of(new SyncTarget("!touch " + A.FullPath("ran"), IsFromData: true)),
        ];
        int left = origins.Length;
        TaskCompletionSource refused = new();
        IReadOnlyList<ContentShare> shares = await SyncAsync(refused.Task, [.. origins.Select(origin => origin with { OpenAsync = async (terms, token) =>
        {
            try
            {
                return await origin.OpenAsync(terms, token);
            }
            finally
            {
                if (Interlocked.Decrement(ref left) == 0)
                {
                    refused.SetResult();
                }
            }
        }})]);

        Assert.Equal(B.List(), A.List());
        Assert.Equal(300, shares[0].Files);
        Assert.Equal(
            [VtErrorId.PeerRightDenied, VtErrorId.PeerRightDenied, VtErrorId.InvalidArgument, VtErrorId.InvalidArgument, VtErrorId.PathNotFound, VtErrorId.PeerUnreachable, VtErrorId.InvalidArgument, VtErrorId.InvalidArgument],
            shares.Skip(1).Select(s => s.Failure!.ErrorId));
        Assert.Equal(before, Everything(C) + Everything(_world["D"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_source_is_read_while_another_process_syncs_it_and_nothing_is_left_in_it(bool isFolder)
    {
        await MakeGroupAsync();
        Fill(B, 300, 2000);
        await _world.SyncAsync("B", "C");
        TaskCompletionSource given = new();
        ContentOrigin origin = isFolder ? ContentOrigin.Of(new SyncTarget(C.Path)) : Remote(new TestWire("C"), C.Path);
        string before = Everything(C);
        IReadOnlyList<ContentShare> shares;
        using (new FileStream(C.FullPath(".vt/lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            shares = await SyncAsync(given.Task, origin with { OpenAsync = async (terms, token) => new Telling(await origin.OpenAsync(terms, token), given) });
        }

        Assert.All(shares, s => Assert.True(s.Files > 0 && s.Failure is null));
        Assert.Equal(B.List(), A.List());
        Assert.Equal(before, Everything(C));
    }

    [Fact]
    public async Task Where_there_is_nothing_to_fetch_nobody_is_asked()
    {
        await MakeGroupAsync();
        A.Write("new", new string('n', 5000), 10);
        B.Move("empty", "moved");

        (VtException? error, IReadOnlyList<ContentShare> shares) = await SyncAsync(new TestWire("B"), new ContentOrigin("C", (_, _) => throw new InvalidOperationException("It was reached.")));

        Assert.Null(error);
        Assert.Empty(shares);
        Assert.Equal(B.List(), A.List());
    }

    [Fact]
    public async Task A_source_answers_nothing_but_what_content_is_read_by()
    {
        await MakeGroupAsync();
        TestWire wire = new();
        _ = ServeAsync(wire, C.Path);
        await using PeerConnection connection = await TreeConnection.OpenAsync(wire.Client, C.Path, default);
        VtException early = await Assert.ThrowsAnyAsync<VtException>(async () => await ReadAsync(connection));
        await connection.CallAsync(PeerMethod.OpenSource, SyncMessages.Write(await TermsAsync()), default);
        await ReadAsync(connection);

        VtException late = await Assert.ThrowsAsync<VtException>(async () => await connection.CallAsync(PeerMethod.BeginSync, default, default));
        VtException other = await Assert.ThrowsAsync<VtException>(async () => await connection.CallAsync(PeerMethod.OpenTree, default, default));

        Assert.All([early, late], e => Assert.Contains("not opened", e.Message, StringComparison.Ordinal));
        Assert.Equal(VtErrorId.PeerProtocolMismatch, other.ErrorId);
        static async Task ReadAsync(PeerConnection connection)
        {
            await foreach (ReadOnlyMemory<byte> _ in TreeConnection.ReadContentAsync(connection, [], default))
            {
                Assert.Fail("Nothing was asked for.");
            }
        }
    }

    [Fact]
    public void What_opens_a_source_is_as_it_is_written_down()
    {
        SourceTerms terms = new(new Identity(0x0102030405060708, 0x090a0b0c0d0e0f10), new GroupMember(300, "desk", "/a"));
        byte[] bytes = SyncMessages.Write(terms);
        Assert.Equal("0102030405060708090a0b0c0d0e0f10" + "ac02" + "046465736b" + "022f61", Convert.ToHexStringLower(bytes));
        Assert.Equal(terms, SyncMessages.ReadSourceTerms(bytes));
    }

    /// <summary>A, B and C are of one group, and each knows it.</summary>
    private async Task MakeGroupAsync()
    {
        B.Write("empty", string.Empty, 0);
        await _world.SyncAsync("B", "C");
        await _world.SyncAsync("B", "A");
    }

    private async Task<SourceTerms> TermsAsync()
    {
        await using LocalPeer peer = new(C.Path, readOnly: true, compress: false, SyncWorld.Indexes, NullObserver.Instance);
        return new SourceTerms((await peer.OpenAsync([], default)).Group, new GroupMember(2, "host", "/tree"));
    }

    private static void Fill(SyncTree tree, int files, int length)
    {
        for (int i = 0; i < files; i++)
        {
            tree.Write($"folder{i % 7}/file{i}", Convert.ToBase64String(TestContent.Random(length * 3 / 4, (ulong)i + 1)), 10);
        }
    }

    /// <summary>Every file of a tree and of its state, with its bytes, mode and times.</summary>
    private static string Everything(SyncTree tree) => string.Join('\n', new DirectoryInfo(tree.Path).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Prepend(new DirectoryInfo(tree.Path))
        .OrderBy(i => i.FullName, StringComparer.Ordinal)
        .Select(i => $"{i.FullName} {i.LastWriteTimeUtc.Ticks} {(OperatingSystem.IsWindows() ? 0 : i.UnixFileMode)} {(i is FileInfo && i.Name != "lock" ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(i.FullName))) : string.Empty)}"));

    private static Task ServeAsync(TestWire wire, string path) =>
        PeerService.RunAsync(wire.Server, (_, _) => ValueTask.FromResult<IStoreService>(new SyncServer(path, SyncWorld.Indexes)), ExportRight.Full, default);

    private static ContentOrigin Remote(TestWire wire, string path) => new(path, async (terms, token) =>
    {
        _ = ServeAsync(wire, path);
        return await RemoteSource.ConnectAsync(wire.Client, path, terms, token);
    });

    /// <summary>Syncs A with B over a wire, with other sources.</summary>
    private async Task<(VtException? Error, IReadOnlyList<ContentShare> Shares)> SyncAsync(TestWire wire, params ContentOrigin[] sources)
    {
        Task service = ServeAsync(wire, B.Path);
        List<ContentShare> shares = [];
        VtException? error = null;
        ISyncPeer remote = await RemotePeer.ConnectAsync(wire.Client, B.Path, isDry: false, NullObserver.Instance, default);
        LocalPeer local = new(A.Path, readOnly: false, compress: true, SyncWorld.Indexes, NullObserver.Instance);
        await using (SyncOperation sync = SyncOperation.Of(new SyncRequest { Path = A.Path, Peer = B.Path }, local, remote, NullObserver.Instance, sources))
        {
            await sync.PlanAsync(default);
            try
            {
                await sync.RunAsync(null, default);
            }
            catch (VtException e)
            {
                error = e;
            }

            shares.AddRange(sync.Shares);
        }

        await service;
        return (error, shares);
    }

    /// <summary>Syncs A with B, which gives nothing until something has happened.</summary>
    private async Task<IReadOnlyList<ContentShare>> SyncAsync(Task until, params ContentOrigin[] sources)
    {
        LocalPeer local = new(A.Path, readOnly: false, compress: false, SyncWorld.Indexes, NullObserver.Instance);
        LocalPeer remote = new(B.Path, readOnly: false, compress: false, SyncWorld.Indexes, NullObserver.Instance);
        await using SyncOperation sync = SyncOperation.Of(new SyncRequest { Path = A.Path, Peer = B.Path }, local, new CutPeer(remote, int.MaxValue) { Gate = until }, NullObserver.Instance, sources);
        await sync.PlanAsync(default);
        await sync.RunAsync(null, default);
        return sync.Shares;
    }

    /// <summary>A source that says when it is asked.</summary>
    private sealed class Telling(IContentSource source, TaskCompletionSource asked) : IContentSource
    {
        public string Name => source.Name;

        public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancellationToken)
        {
            asked.TrySetResult();
            return source.ReadContentAsync(requests, cancellationToken);
        }

        public ValueTask DisposeAsync() => source.DisposeAsync();
    }
}
