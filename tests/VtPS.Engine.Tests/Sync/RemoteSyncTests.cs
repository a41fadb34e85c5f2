using System.Globalization;
using VtPS.Cli.Tests;
using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;
using VtPS.Engine.Sync;
using VtPS.Engine.Tests.Faults;
using VtPS.Engine.Tests.Protocol;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>Syncs with a peer at the far end of a connection.</summary>
public sealed class RemoteSyncTests
{
    // Each sync starts two programs: the short form takes the first two.
    private static readonly string[] OverSsh =
    [
        "conflict-edit-edit", "move-folder-against-edit-inside", "conflict-delete-folder-edit-inside", "chain-of-three", "delete-folder", "first-merge-overlapping-trees",
        "swap-two-files", "touch-travels", "type-file-to-folder", "undo-travels-through-third",
    ];

    [Fact]
    public async Task Scenarios_end_over_a_connection_as_they_do_between_folders()
    {
        string[] names = [.. Scenario.Names().Where((_, i) => LongRun.IsOn || i % 4 == 0)];
        foreach (string name in names)
        {
            await RunAsync(name, path => ConnectAsync(path, new TestWire()));
        }
    }

    [SshdFact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Scenarios_end_over_a_real_sshd_as_they_do_between_folders()
    {
        using TempFolder temp = new();
        SshServer server = new(temp.Combine("ssh"));
        foreach (string name in OverSsh.Take(LongRun.Count(2, OverSsh.Length)))
        {
            await RunAsync(name, async path => await RemotePeer.ConnectAsync(
                CommandTransport.Start("ssh", server.Client, ["-T", "-p", SshServer.Port.ToString(CultureInfo.InvariantCulture), "127.0.0.1", $"dotnet '{typeof(RemoteSyncTests).Assembly.Location}' serve --stdio"]),
                path,
                isDry: false,
                NullObserver.Instance,
                default));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sync_goes_on_from_where_the_connection_was_cut(bool isPush)
    {
        using SyncTree here = new("here");
        using SyncTree there = new("there");
        SyncTree source = isPush ? here : there;
        byte[] large = new byte[12 << 20];
        new Random(5).NextBytes(large);
        File.WriteAllBytes(source.FullPath("m"), large);
        for (int i = 0; i < 30; i++)
        {
            File.WriteAllBytes(source.FullPath($"s{i}"), large.AsSpan(i * 100_000, 100_000).ToArray());
        }

        await Assert.ThrowsAsync<VtException>(() => SyncAsync(here, there, new TestWire { CutAfter = 9 << 20 }));
        TestWire second = new();
        VtSyncResult result = await SyncAsync(here, there, second);

        Assert.Equal(VtBackupStatus.Complete, result.Status);
        Assert.Equal(large, File.ReadAllBytes((isPush ? there : here).FullPath("m")));
        Assert.Equal(31, there.Files().Count());

        // Of 15 MB 9.4 were sent; what was in flight may come again.
        Assert.InRange(second.Passed, 5_000_000, 10_000_000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_a_changed_file_only_the_changed_pieces_travel(bool isPush)
    {
        using SyncTree here = new("here");
        using SyncTree there = new("there");
        SyncTree source = isPush ? here : there;
        SyncTree target = isPush ? there : here;
        byte[] content = TestContent.Random(2_000_000, 5);
        File.WriteAllBytes(source.FullPath("file"), content);
        await SyncAsync(here, there, new TestWire());
        byte[] changed = [.. content[..300_000], .. "inserted"u8, .. content[300_000..900_000], .. content[1_200_000..], .. content[..100_000]];
        File.WriteAllBytes(source.FullPath("file"), changed);
        TestWire wire = new();

        VtSyncResult result = await SyncAsync(here, there, wire);

        Assert.Equal(VtBackupStatus.Complete, result.Status);
        Assert.Equal(changed, File.ReadAllBytes(target.FullPath("file")));
        Assert.InRange(wire.Passed, 1000, 60_000);
    }

    [Fact]
    public async Task A_changed_file_that_was_cut_off_goes_on_from_what_came()
    {
        using SyncTree here = new("here");
        using SyncTree there = new("there");
        byte[] content = TestContent.Random(6_000_000, 6);
        File.WriteAllBytes(here.FullPath("file"), content);
        await SyncAsync(here, there, new TestWire());
        byte[] changed = [.. content[..3_000_000], .. TestContent.Random(12_000_000, 7), .. content[3_000_000..]];
        File.WriteAllBytes(here.FullPath("file"), changed);
        await Assert.ThrowsAsync<VtException>(() => SyncAsync(here, there, new TestWire { CutAfter = 10 << 20 }));
        TestWire second = new();

        await SyncAsync(here, there, second);

        Assert.Equal(changed, File.ReadAllBytes(there.FullPath("file")));

        // Of 12 MB 10.5 were sent; what was in flight may come again.
        Assert.InRange(second.Passed, 1_000_000, 8_000_000);
    }

    [Fact]
    public async Task A_file_that_changes_after_it_was_cut_into_pieces_waits()
    {
        using SyncTree here = new("here");
        using SyncTree there = new("there");
        byte[] content = TestContent.Random(100_000, 8);
        File.WriteAllBytes(here.FullPath("file"), content);
        await SyncAsync(here, there, new TestWire());
        File.WriteAllBytes(there.FullPath("file"), [.. content, .. "there"u8]);

        VtSyncResult result = await SyncAsync(here, there, new TestWire(), () => File.WriteAllBytes(here.FullPath("file"), content[..50_000]));

        Assert.Equal((VtBackupStatus.CompleteWithErrors, 1), (result.Status, result.Waiting));
        Assert.Equal(content[..50_000], File.ReadAllBytes(here.FullPath("file")));
        Assert.Equal(VtBackupStatus.Complete, (await SyncAsync(here, there, new TestWire())).Status);
        Assert.Equal(2, here.Files().Count());
        Assert.Equal(here.List(), there.List());
    }

    [Fact]
    public async Task A_renamed_folder_travels_as_one_record()
    {
        using SyncTree here = new("here");
        using SyncTree there = new("there");
        for (int i = 0; i < 2000; i++)
        {
            here.Write($"folder/{i % 20}/{i}", $"content {i} that is longer than what a reference holds in itself", i);
        }

        await SyncAsync(here, there, new TestWire());
        there.Move("folder", "renamed");
        TestWire wire = new();
        VtSyncResult result = await SyncAsync(here, there, wire);

        Assert.Equal((1, 1, 0), (result.RemoteChanges, result.LocalActions, result.RemoteActions));
        Assert.Equal(there.List(), here.List());
        Assert.InRange(wire.Passed, 100, 5000);
    }

    [Fact]
    public async Task Who_may_only_read_cannot_sync()
    {
        using SyncTree tree = new("tree");
        await using StoreExport export = new(null, ExportRight.ReadOnly, SyncWorld.Indexes);
        TestWire wire = new();
        _ = PeerService.RunAsync(wire.Server, export.OpenAsync, export.Right, default);
        VtException error = await Assert.ThrowsAsync<VtException>(() => RemotePeer.ConnectAsync(wire.Client, tree.Path, false, NullObserver.Instance, default));
        Assert.Equal(VtErrorId.PeerRightDenied, error.ErrorId);
    }

    private static Task RunAsync(string name, Func<string, Task<ISyncPeer>> reach) => Scenario.RunAsync(File.ReadAllText(Path.Join(Scenario.Folder, name + ".txt")), reach);

    internal static async Task<ISyncPeer> ConnectAsync(string path, TestWire wire)
    {
        _ = PeerService.RunAsync(wire.Server, (_, _) => ValueTask.FromResult<IStoreService>(new SyncServer(path, SyncWorld.Indexes)), ExportRight.Full, default);
        return await RemotePeer.ConnectAsync(wire.Client, path, isDry: false, NullObserver.Instance, default);
    }

    private static async Task<VtSyncResult> SyncAsync(SyncTree here, SyncTree there, TestWire wire, Action? beforeRun = null)
    {
        Task service = PeerService.RunAsync(wire.Server, (_, _) => ValueTask.FromResult<IStoreService>(new SyncServer(there.Path, SyncWorld.Indexes)), ExportRight.Full, default);
        try
        {
            ISyncPeer remote = await RemotePeer.ConnectAsync(wire.Client, there.Path, isDry: false, NullObserver.Instance, default);
            LocalPeer local = new(here.Path, readOnly: false, compress: true, SyncWorld.Indexes, NullObserver.Instance);
            await using SyncOperation sync = SyncOperation.Of(new SyncRequest { Path = here.Path, Peer = there.Path }, local, remote, NullObserver.Instance);
            await sync.PlanAsync(default);
            beforeRun?.Invoke();
            return await sync.RunAsync(null, default);
        }
        finally
        {
            // The far end frees its lock once it has seen the connection end.
            await service;
        }
    }
}
