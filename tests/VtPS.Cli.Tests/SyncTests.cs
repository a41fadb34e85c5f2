using System.Text.Json;

namespace VtPS.Cli.Tests;

/// <summary><c>vt sync</c>, <c>history</c>, <c>revisions</c> and <c>status</c>.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SyncTests : Workplace
{
    private string A => At("a");

    private string B => At("b");

    /// <summary>An address that serves the second tree.</summary>
    private string Served(params string[] more) => "!" + string.Join(' ', [VtProcess.Host, VtProcess.Program, "serve", "--stdio", "--tree", B, .. more]);

    public SyncTests()
    {
        WriteFile("a/one.txt", "1");
        WriteFile("a/sub/two.txt", "2");
        WriteFile("b/three.txt", "3");
    }

    [Fact]
    public void Two_trees_become_equal_and_another_sync_does_nothing()
    {
        Assert.Contains("1 actions here, 3 there, 0 conflicts", Succeed("sync", "a", "b").Output);

        Assert.Equal(["one.txt", "sub/two.txt", "three.txt"], FilesOf(A));
        Assert.Equal(FilesOf(A), FilesOf(B));
        JsonElement again = Succeed("sync", A, B, "--json").Json;
        Assert.Equal("Complete", again.GetProperty("Status").GetString());
        Assert.Equal(0, again.GetProperty("LocalActions").GetInt64() + again.GetProperty("RemoteActions").GetInt64());
    }

    [LinuxFact]
    public void Over_a_command_the_same_happens()
    {
        WriteFile("a/long.txt", RandomBytes(5, 300_000));
        VtRun run = Succeed("sync", "a", Served());

        Assert.Contains("Sent 3", run.Output);
        Assert.Equal(FilesOf(A), FilesOf(B));
        Assert.Equal(File.ReadAllBytes(At("a/long.txt")), File.ReadAllBytes(At("b/long.txt")));
    }

    [SshdFact]
    public void Over_ssh_the_same_happens_to_any_folder_that_is_named()
    {
        SetEnvironment("VT_SSH", new SshServer(At("ssh")).Client);
        SetEnvironment("VT_REMOTE_COMMAND", $"HOME='{At("home")}' {VtProcess.Host} {VtProcess.Program}");

        Succeed("sync", "a", $"ssh://127.0.0.1:{SshServer.Port}{B}");

        Assert.Equal(["one.txt", "sub/two.txt", "three.txt"], FilesOf(B));
        Assert.Equal(FilesOf(A), FilesOf(B));
    }

    [LinuxFact]
    public void A_tree_is_served_at_a_socket_and_one_that_is_not_there_is_not()
    {
        Assert.Equal(["PathNotFound"], Vt("serve", "--socket", At("socket"), "--tree", At("none")).ErrorIds);
        using VtProcess service = Start("serve", "--socket", At("socket"), "--tree", "b");
        for (int i = 0; i < 500 && !File.Exists(At("socket")); i++)
        {
            Thread.Sleep(20);
        }

        Succeed("sync", "a", "unix://" + At("socket"));
        Assert.Equal(FilesOf(A), FilesOf(B));
        service.Signal(VtProcess.Terminate);
        Assert.Equal(0, service.Wait().ExitCode);
    }

    [Fact]
    public void A_dry_run_writes_rows_and_not_a_byte_on_either_side()
    {
        string before = Snapshot(".");

        JsonElement rows = Succeed("sync", "a", "b", "--dry-run", "--json").Json;

        Assert.Equal(before, Snapshot("."));
        Assert.Equal(["Local three.txt", "Remote one.txt", "Remote sub", "Remote sub/two.txt"], rows.EnumerateArray().Select(r => $"{r.GetProperty("Side").GetString()} {r.GetProperty("Path").GetString()}"));
        Assert.All(rows.EnumerateArray(), r => Assert.Equal(("Create", "Planned"), (r.GetProperty("Action").GetString(), r.GetProperty("Status").GetString())));
    }

    [Fact]
    public void Options_are_those_of_the_cmdlet()
    {
        WriteFile("a/x.tmp", "t");
        Succeed("sync", "a", "b", "--exclude", "*.tmp", "--direction", "push", "--group", "home", "--store", "place");
        Assert.True(File.Exists(At("place/state")));
        Assert.Equal(["one.txt", "sub/two.txt", "three.txt"], FilesOf(B));
        Assert.False(File.Exists(At("a/three.txt")));

        File.Delete(At("a/one.txt"));
        VtRun deletes = Vt("sync", "a", "b", "--maximum-delete", "0");
        Assert.Equal((1, "TooManyDeletes"), (deletes.ExitCode, deletes.ErrorIds.Single()));

        WriteFile("a/sub/two.txt", "here");
        WriteFile("b/sub/two.txt", "there");
        string rows = Succeed("sync", "a", "b", "--conflict-policy", "remote", "--revisions", "30d", "--group", "home", "--pass-thru").Output;
        Assert.Contains("Delete    Remote  Done     one.txt", rows);
        Assert.Equal("there", File.ReadAllText(At("a/sub/two.txt")));
    }

    [LinuxFact]
    public void Several_peers_get_their_turns_and_the_exit_code_is_the_worst()
    {
        Directory.CreateDirectory(At("c"));
        VtRun run = Vt("sync", "a", "b", "none", "c");

        Assert.Equal((1, "PeerNotFound"), Of(run));
        Assert.Contains($"with '{B}'", run.Output);
        Assert.Contains($"with '{At("c")}'", run.Output);
        Assert.Equal(["one.txt", "sub/two.txt", "three.txt"], FilesOf(At("c")));
        Assert.Equal([B, At("c")], Succeed("sync", "a", "b", "c", "--json").Json.EnumerateArray().Select(r => r.GetProperty("Peer").GetString()));
        Assert.Equal((2, "InvalidArgument"), Of(Vt("sync", "a", "b", "")));
        Assert.Equal((2, "InvalidArgument"), Of(Vt("sync", "a", "a", "c")));

        // What one has not, here one cut off in the middle, comes from another.
        WriteFile("a/x", RandomBytes(5, 3_000_000));
        Directory.CreateDirectory(At("d"));
        Succeed("sync", "a", "b", "c");
        Succeed("sync", "b", "d", "--exclude", "x");
        VtRun cut = Vt("sync", "d", Served() + " | (dd bs=1 count=200000 2>/dev/null; kill $$)", "c");
        Assert.Equal((1, "PeerUnreachable"), Of(cut));
        Assert.Equal(File.ReadAllBytes(At("c/x")), File.ReadAllBytes(At("d/x")));
    }

    [Fact]
    public void Revisions_are_listed_and_restored_and_the_history_tells_of_them()
    {
        Succeed("sync", "a", "b");
        WriteFile("b/sub/two.txt", "two");
        Succeed("sync", "a", "b");

        VtRun revisions = Succeed("revisions", "a/sub", "--json");
        JsonElement item = Assert.Single(revisions.Json.EnumerateArray());
        Assert.Equal("sub/two.txt", item.GetProperty("Path").GetString());
        Assert.Contains("sub/two.txt", Succeed("revisions", "a", "--last", "1").Output);
        Succeed("restore", item.GetProperty("BackupId").GetString()! + ":sub/two.txt", "--store", At("a/.vt/store"), "--in-place", "--force");
        Assert.Equal("2", File.ReadAllText(At("a/sub/two.txt")));

        string last = Succeed("history", "a", "--last", "1").Output;
        Assert.Contains("peer  Update", last);
        Assert.Contains("sub/two.txt", last);
        Assert.Contains("last: Update sub/two.txt", Succeed("status", "a").Output);
    }

    [LinuxFact]
    public void What_waits_is_exit_code_3_with_its_reason_and_all_else_is_synced()
    {
        // A pipe is not synced, and keeps its place.
        Assert.Equal(0, Shell("mkfifo b/one.txt").ExitCode);

        VtRun run = Vt("sync", "a", "b");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("Waiting: Create one.txt (Remote): ", run.Output);
        Assert.True(File.Exists(At("b/sub/two.txt")));
        Assert.Equal("Waiting", Succeed("status", "b", "--json").Json.GetProperty("State").GetString());
        File.Delete(At("b/one.txt"));
        Succeed("sync", "a", "b");
        Assert.Equal("1", File.ReadAllText(At("b/one.txt")));
    }

    [LinuxFact]
    public void A_tree_that_another_process_syncs_is_busy()
    {
        Succeed("sync", "a", "b");
        using FileStream held = new(At("b/.vt/lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        VtRun run = Vt("sync", "a", "b");

        // Two seconds pass before it is told: a client that has just gone may hold the tree for a moment.
        Assert.Equal((11, "StoreBusy"), (run.ExitCode, run.ErrorIds.Single()));
    }

    [LinuxFact]
    public void A_signal_ends_it_while_the_peer_is_silent()
    {
        using VtProcess vt = Start("sync", "a", "!touch begun; exec sleep 600");
        for (int i = 0; i < 500 && !File.Exists(At("begun")); i++)
        {
            Thread.Sleep(20);
        }

        System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
        vt.Signal(VtProcess.Interrupt);

        Assert.Equal(130, vt.Wait().ExitCode);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(4), $"It took {clock.Elapsed}.");
    }

    [Fact]
    public void Registered_peers_are_known_with_their_groups_and_rights()
    {
        WriteFile("home/.config/vtps/config.json", """{"Peers": {"other": {"Uri": "PATH", "Group": "home", "Right": "Read"}}}""".Replace("PATH", B));

        Assert.Equal(B, Succeed("sync", "a", "OTHER", "--json").Json.GetProperty("Peer").GetString());

        Assert.Equal(["three.txt"], FilesOf(B));
        Assert.True(File.Exists(At("a/three.txt")));
        Assert.Equal((1, "PeerRightDenied"), Of(Vt("sync", "a", "other", "--direction", "both")));
        Assert.Equal((1, "PeerNotFound"), Of(Vt("sync", "a", "nobody")));
    }

    [LinuxFact]
    public void What_is_wrong_is_told_and_nothing_is_made()
    {
        string before = Snapshot(".");
        foreach (string[] words in (string[][])[["sync", "a"], ["sync", "a", ""], ["sync", "a", "b", "--revisions", "30"], ["sync", "a", "a"], ["sync", "a", "ftp://host/x"]])
        {
            VtRun run = Vt(words);
            Assert.True(run.ExitCode == 2 && run.ErrorIds is ["InvalidArgument", ..], string.Join(' ', words) + "\n" + run);
        }

        Assert.Equal((1, "PathNotFound"), Of(Vt("sync", "none", "b")));
        Assert.Equal((1, "PathNotFound"), Of(Vt("status", "a")));
        Assert.Equal((1, "PeerRightDenied"), Of(Vt("sync", "a", Served("--read-only"), "--dry-run")));
        Assert.Equal(before, Snapshot("."));
    }

    private static (int ExitCode, string Id) Of(VtRun run) => (run.ExitCode, string.Join(' ', run.ErrorIds));

    private static string[] FilesOf(string root) =>
    [
        .. Directory.GetFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(path => !path.StartsWith(".vt/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];
}
