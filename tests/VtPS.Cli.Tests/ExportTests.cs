namespace VtPS.Cli.Tests;

/// <summary><c>vt serve --export</c>: several Stores and trees by their names.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ExportTests : Workplace
{
    [LinuxFact]
    public void At_a_socket_each_name_is_a_Store_or_a_tree_with_its_own_right()
    {
        MakeStore(1);
        Succeed("init", "--store", At("second"));
        WriteFile("served/there.txt", "there");
        string address = "unix://" + At("socket");
        string before = Snapshot("store");
        using VtProcess service = Start("serve", "--socket", At("socket"), "--export", $"past={StorePath}:read-only", "--export", "home=second", "--export-tree", "files=served");
        WaitFor(() => File.Exists(At("socket")) || service.HasExited);

        Succeed("backup", At("src"), "--store", address + "#home");
        Assert.Single(Directory.GetFiles(At("second/backups")));
        Assert.Contains("b.txt", Succeed("ls", "latest", "--recurse", "--store", address + "#past").Output, StringComparison.Ordinal);
        AssertRefused("PeerRightDenied", "backup", At("src"), "--store", address + "#past");
        AssertRefused("StoreNotFound", "backups", "--store", address + "#other");
        Assert.Equal(before, Snapshot("store"));

        Succeed("sync", "src", address + "#files");
        Assert.Equal("there", File.ReadAllText(At("src/there.txt")));
        Assert.Equal("alpha\n", File.ReadAllText(At("served/a.txt")));
        service.Signal(VtProcess.Terminate);
        Assert.Equal(0, service.Wait().ExitCode);
    }

    [LinuxFact]
    public void By_a_command_a_single_export_needs_no_name_and_the_command_line_bounds_it()
    {
        MakeStore(1);
        string command = $"!{VtProcess.Host} {VtProcess.Program} serve --stdio --read-only --export only={StorePath}:append-only";
        Assert.Equal(1, Succeed("backups", "--json", "--store", command).Json.GetArrayLength());
        Assert.Equal(["PeerRightDenied"], Vt("backup", At("src"), "--store", command).ErrorIds);
    }

    [SshdFact]
    public void By_ssh_a_forced_command_serves_its_names_alone()
    {
        SetEnvironment("VT_SSH", new SshServer(At("ssh")).Client);
        MakeStore(1);
        string serve = $"HOME='{At("home")}' {VtProcess.Host} {VtProcess.Program} serve --stdio --export home={StorePath}:append-only --export other={At("other")}";
        File.WriteAllText(At("ssh/user.pub"), $"restrict,command=\"{serve}\" {File.ReadAllText(At("ssh/user.pub"))}");

        Succeed("backup", At("src"), "--store", SshServer.Address("/home"));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(StorePath, "backups")).Length);
        AssertRefused("PeerRightDenied", "backups", "--store", SshServer.Address(StorePath));
    }

    /// <summary>Runs vt and expects one error, which tells nothing of what else is served.</summary>
    private void AssertRefused(string id, params string[] words)
    {
        VtRun run = Vt(words);
        Assert.Equal([id], run.ErrorIds);
        Assert.DoesNotContain("second", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("served/", run.Error, StringComparison.Ordinal);
    }
}
