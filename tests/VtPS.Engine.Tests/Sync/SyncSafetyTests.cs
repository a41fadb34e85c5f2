using System.Diagnostics;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;
using VtPS.Engine.Replicas;
using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>What must not get lost when users, other programs, disks and power are in the way.</summary>
public sealed class SyncSafetyTests : IDisposable
{
    private readonly SyncWorld _world = new("A", "B");
    private readonly TempFolder _temp = new();

    private SyncTree A => _world["A"];

    private SyncTree B => _world["B"];

    public void Dispose()
    {
        _world.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task A_folder_that_becomes_a_link_after_the_scan_is_not_followed()
    {
        A.Write("d/a", "1", 0);
        A.Write("d/b", "1", 0);
        A.Write("d/c", "1", 0);
        await _world.SyncAsync("A", "B");
        string outside = _temp.CreateFolder("outside");
        File.WriteAllText(Path.Join(outside, "a"), "theirs");
        File.WriteAllText(Path.Join(outside, "b"), "theirs");
        A.Write("d/a", "2", 10);
        A.Delete("d/b");
        A.Move("d/c", "d/e");
        A.Write("d/new", "3", 10);

        List<VtSyncAction> actions = await SyncAsync(() =>
        {
            B.Move("d", "moved");
            B.Link("d", outside);
        });

        Assert.All(actions.Where(a => a.Side == VtSyncSide.Remote), a => Assert.Equal(VtSyncActionStatus.Waiting, a.Status));
        Assert.Equal(["a", "b"], Directory.EnumerateFileSystemEntries(outside).Select(p => Path.GetFileName(p)).Order());
        Assert.All(Directory.EnumerateFiles(outside), f => Assert.Equal("theirs", File.ReadAllText(f)));
        await _world.SettleAsync();
        Assert.Contains("moved/new = 3", B.List());
        await _world.AssertNothingLostAsync();
    }

    [Fact]
    public async Task Files_replaced_between_two_actions_stay()
    {
        foreach (string name in (string[])["a", "b", "c", "d"])
        {
            A.Write(name, $"{name} 1", 0);
        }

        A.Write("keep", "keep", 0);
        await _world.SyncAsync("A", "B");
        A.Write("a", "a 2", 10);
        A.Write("b", "b 2", 10);
        A.Delete("c");
        A.Move("d", "e");
        int done = 0;

        // Whatever comes first, the others are replaced after it.
        List<VtSyncAction> actions = await SyncAsync(null, () =>
        {
            if (++done == 1)
            {
                foreach (string name in (string[])["a", "b", "c", "d"])
                {
                    if (File.Exists(B.FullPath(name)) && File.ReadAllText(B.FullPath(name)) == $"{name} 1")
                    {
                        B.Write(name, $"{name} of B", 20);
                    }
                }
            }
        });

        Assert.Contains(actions, a => a.Status == VtSyncActionStatus.Waiting);
        List<string> edited = [.. B.List().Where(l => l.EndsWith(" of B", StringComparison.Ordinal)).Select(l => l[(l.IndexOf(" = ", StringComparison.Ordinal) + 3)..])];
        Assert.InRange(edited.Count, 2, 4);
        await _world.SettleAsync();
        Assert.All(edited, content => Assert.Contains(content, A.Contents()));
        await _world.AssertNothingLostAsync();
    }

    [Fact]
    public async Task What_a_user_made_where_a_file_was_to_go_stays_and_the_content_is_not_sent_again()
    {
        A.Write("a", "1", 0);
        await _world.SyncAsync("A", "B");
        A.Write("new", $"of A {new string('x', 100_000)}", 10);
        await SyncAsync(() => B.Write("new", "of B", 20));
        Assert.Contains("new = of B", B.List());

        await using (SyncOperation look = await SyncOperation.OpenAsync(new SyncRequest { Path = A.Path, Peer = B.Path, IsDry = true }, SyncWorld.Indexes, NullObserver.Instance, default))
        {
            Assert.Equal(0, (await look.PlanAsync(default)).BytesToSend);
        }

        await _world.SettleAsync();
        Assert.Equal(3, B.Contents().Count);
    }

    [Fact]
    public async Task Ignored_files_in_a_folder_that_gives_way_to_a_file_go_to_the_revisions()
    {
        A.Write("keep", "keep", 0);
        A.Write("d/a", "1", 0);
        B.Write(".vtignore", "*.o\n", 0);
        await _world.SyncAsync("A", "B", r => r with { Direction = VtSyncDirection.Push });
        B.Write("d/x.o", "ignored", 5);
        A.Delete("d");
        A.Write("d", "a file", 10);

        await _world.SyncAsync("A", "B");
        await _world.SettleAsync();

        Assert.Contains("d = a file", B.List());
        Assert.Contains("ignored", await SyncWorld.RevisionsAsync(B.Path));
    }

    [Fact]
    public async Task Content_that_a_power_cut_damaged_while_it_waited_is_fetched_again()
    {
        A.Write("a", "1", 0);
        await _world.SyncAsync("A", "B");
        string content = new('y', 50_000);
        A.Write("large", $"begin {content} end", 10);
        string staging = B.FullPath(".vt/staging");
        string[] Staged() => [.. Directory.Exists(staging) ? Directory.EnumerateFiles(staging).Where(f => Path.GetFileName(f).Length == 64) : []];
        for (int cut = 1; Staged().Length == 0; cut++)
        {
            Assert.InRange(cut, 1, 40);
            await using SyncOperation sync = SyncOperation.Of(
                new SyncRequest { Path = A.Path, Peer = B.Path },
                new LocalPeer(A.Path, false, false, SyncWorld.Indexes, NullObserver.Instance),
                new CutPeer(new LocalPeer(B.Path, false, false, SyncWorld.Indexes, NullObserver.Instance), cut),
                NullObserver.Instance);
            await Assert.ThrowsAsync<VtException>(async () =>
            {
                await sync.PlanAsync(default);
                await sync.RunAsync(null, default);
            });
        }

        File.WriteAllBytes(Assert.Single(Staged()), new byte[50_010]);
        await _world.SyncAsync("A", "B");
        Assert.Equal(A.List(), B.List());
        Assert.StartsWith("begin y", File.ReadAllText(B.FullPath("large")), StringComparison.Ordinal);
        await _world.SettleAsync();
    }

    [Theory]
    [InlineData("staging")]
    [InlineData("parked")]
    public async Task A_working_folder_that_is_a_link_is_not_followed(string name)
    {
        A.Write("a", "1", 0);
        await _world.SyncAsync("A", "B");
        A.Write("a", new string('z', 1000), 10);
        string outside = _temp.CreateFolder("outside");
        File.WriteAllText(Path.Join(outside, "theirs"), "theirs");
        Directory.Delete(B.FullPath($".vt/{name}"), recursive: true);
        B.Link($".vt/{name}", outside);

        VtException error = await Assert.ThrowsAsync<VtException>(() => _world.SyncAsync("A", "B"));

        Assert.Equal(VtErrorId.DestinationWriteFailed, error.ErrorId);
        Assert.Equal(["theirs"], Directory.EnumerateFileSystemEntries(outside).Select(p => Path.GetFileName(p)));
        Assert.Equal(["a = 1"], B.List());
    }

    [LinuxRootFact]
    public async Task A_full_disk_harms_nothing_and_the_next_sync_goes_on()
    {
        string disk = _temp.CreateFolder("disk");
        Assert.Equal(0, Run("mount", "-t", "tmpfs", "-o", "size=6000000", "none", disk));
        try
        {
            Random random = new(3);
            byte[] content = new byte[1_000_000];
            A.Write("keep", "keep", 0);
            A.Write("edited", "before", 0);
            await SyncWithAsync(disk);
            for (int i = 0; i < 8; i++)
            {
                random.NextBytes(content);
                File.WriteAllBytes(A.FullPath($"f{i}"), content);
            }

            A.Write("edited", "after", 10);
            VtException error = await Assert.ThrowsAsync<VtException>(() => SyncWithAsync(disk));
            Assert.Equal(VtErrorId.DestinationWriteFailed, error.ErrorId);
            Assert.Contains(disk, error.Message, StringComparison.Ordinal);
            Assert.Equal("before", File.ReadAllText(Path.Join(disk, "edited")));
            Assert.Equal("after", File.ReadAllText(A.FullPath("edited")));

            Assert.Equal(0, Run("mount", "-o", "remount,size=40000000", disk));
            await SyncWithAsync(disk);
            Assert.All(A.Files(), f => Assert.Equal(File.ReadAllBytes(f.FullName), File.ReadAllBytes(Path.Join(disk, f.Name))));
        }
        finally
        {
            Assert.Equal(0, Run("umount", "-l", disk));
        }
    }

    [Fact]
    public void Nobody_is_given_programs_that_run_as_their_owner()
    {
        NodeRecord record = NodeRecord.Create(
            new NodeId(Identity.Draw()), new Dot(2, 1), new Place(NodeId.Root, "b"u8.ToArray()), new Content(NodeData.File(ContentHasher.Compute("x"u8)), default), new Attributes(0xFFF, default));
        ByteWriter writer = new();
        HistoryCodec.Write(writer, record);
        ByteReader reader = new(writer.Written);
        Assert.Equal(0x1FF, HistoryCodec.Read(ref reader).Attribute.Mode);
    }

    [Fact]
    public async Task What_was_decided_here_is_known_to_nobody_for_good_before_it_is_durable_here()
    {
        A.Write("a", "1", 0);
        await _world.SyncAsync("A", "B");
        A.Write("a", "of A", 10);
        B.Write("a", "of B", 20);
        await using (SyncOperation sync = SyncOperation.Of(
            new SyncRequest { Path = A.Path, Peer = B.Path, ConflictPolicy = VtConflictPolicy.NewerWins },
            new Ending(new LocalPeer(A.Path, false, false, SyncWorld.Indexes, NullObserver.Instance)),
            new LocalPeer(B.Path, false, false, SyncWorld.Indexes, NullObserver.Instance),
            NullObserver.Instance))
        {
            await sync.PlanAsync(default);
            await Assert.ThrowsAsync<IOException>(() => sync.RunAsync(null, default));
        }

        ulong decider = Dot.Decider(Load(A).Replica);
        Assert.Equal(0, Load(A).Knowledge[decider]);
        Assert.Equal(0, Load(B).Knowledge[decider]);
        await _world.SyncAsync("A", "B", r => r with { ConflictPolicy = VtConflictPolicy.NewerWins });
        Assert.Equal(1, Load(A).Knowledge[decider]);
        Assert.Equal(1, Load(B).Knowledge[decider]);
    }

    private static History Load(SyncTree tree)
    {
        using ReplicaFolder folder = ReplicaFolder.Open(tree.Path, readOnly: true);
        return folder.Load().History;
    }

    /// <summary>A side that ends before its history is durable.</summary>
    private sealed class Ending(IFetchingPeer inner) : PassingPeer(inner)
    {
        public override Task BeginAsync(CancellationToken cancellationToken) => Task.FromException(new IOException("It was killed."));
    }

    [Fact]
    public async Task What_was_about_to_be_put_in_place_and_was_not_is_a_conflict_with_an_edit()
    {
        const string theirs = "what A made of it, and some more words, so that it is a block";
        const string mine = "what B made of it, and some more words, so that it is a block";
        A.Write("keep", "keep", 0);
        A.Write("f", "what it was, and some more words, so that it is a block", 0);
        await _world.SyncAsync("A", "B");
        A.Write("f", theirs, 10);
        await SyncAsync(() => B.Write("f", mine, 20));
        using (ReplicaFolder folder = ReplicaFolder.Open(B.Path, readOnly: true, null))
        using (DirectoryHandle staging = ReplicaFolder.OpenFolder(folder.Staging))
        {
            AppliedEntry entry = folder.Load().Applied.Entries.Single(e => PathText.Format(e.Place.Name) == "f");
            PlacementMarks.Begin(staging, entry.Id);
        }

        await _world.SettleAsync();
        Assert.Equal(2, B.Contents().Intersect([theirs, mine]).Count());
        Assert.DoesNotContain(Directory.EnumerateFiles(B.FullPath(".vt/staging")), PlacementMarks.IsMark);
    }

    private static int Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Syncs A and B, with something happening between plan and run, and after each action on B.</summary>
    private async Task<List<VtSyncAction>> SyncAsync(Action? before, Action? onAction = null)
    {
        (HashSet<string> one, HashSet<string> two) = (A.Contents(), B.Contents());
        List<VtSyncAction> actions = [];
        await using (SyncOperation sync = SyncOperation.Of(
            new SyncRequest { Path = A.Path, Peer = B.Path },
            new LocalPeer(A.Path, false, false, SyncWorld.Indexes, NullObserver.Instance),
            new LocalPeer(B.Path, false, false, SyncWorld.Indexes, NullObserver.Instance) { OnAction = onAction },
            NullObserver.Instance))
        {
            await sync.PlanAsync(default);
            before?.Invoke();
            await sync.RunAsync(actions.Add, default);
        }

        _world.NoteTaken("A", one);
        if (before is null && onAction is null)
        {
            _world.NoteTaken("B", two);
        }

        return actions;
    }

    private async Task SyncWithAsync(string peer)
    {
        await using SyncOperation sync = await SyncOperation.OpenAsync(new SyncRequest { Path = A.Path, Peer = peer }, SyncWorld.Indexes, NullObserver.Instance, default);
        await sync.PlanAsync(default);
        Assert.Equal(VtBackupStatus.Complete, (await sync.RunAsync(null, default)).Status);
    }
}
