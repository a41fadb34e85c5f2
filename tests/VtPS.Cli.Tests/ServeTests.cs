using System.Diagnostics;
using System.Net.Sockets;

namespace VtPS.Cli.Tests;

/// <summary><c>vt serve</c>, and Stores that are reached through it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ServeTests : Workplace
{
    private string Served(params string[] more) =>
        "!" + string.Join(' ', [VtProcess.Host, VtProcess.Program, "serve", "--stdio", "--store", StorePath, .. more]);

    [LinuxFact]
    public void Over_a_command_a_Store_is_made_and_used_as_a_local_one()
    {
        WriteTree();
        UseStore(Served());
        Assert.Equal(["StoreExists"], Vt("init", "--store", Served()).ErrorIds);
        string id = Succeed("backups", "--store", StorePath, "--json").Json[0].GetProperty("Id").GetString()!;
        Succeed("restore", id, "--to", At("near"), "--store", StorePath);
        Assert.Equal(Snapshot("src"), Snapshot("near/src"));
    }

    [LinuxFact]
    public void Over_a_socket_several_clients_are_served_until_a_signal_comes()
    {
        MakeStore();
        WriteTree();
        using VtProcess service = Serve("socket");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("socket")));
        string address = "unix://" + At("socket");
        using VtProcess first = Start("backup", At("src"), "--store", address);
        using VtProcess second = Start("backup", At("src/sub"), "--store", address);
        Assert.Equal((0, 0), (first.Wait().ExitCode, second.Wait().ExitCode));
        UseStore(address, init: false);

        Assert.Equal(["StoreBusy"], Vt("serve", "--socket", At("socket"), "--store", StorePath).ErrorIds);
        service.Signal(VtProcess.Terminate);
        VtRun end = service.Wait();
        Assert.Equal((0, ""), (end.ExitCode, end.Output));
        Assert.False(File.Exists(At("socket")));
        VtRun late = Vt("backups", "--store", address);
        Assert.Equal(["PeerUnreachable"], late.ErrorIds);
        Assert.Equal(1, late.ExitCode);
    }

    [LinuxFact]
    public void A_socket_file_that_a_killed_service_left_is_replaced_and_any_other_file_is_not()
    {
        MakeStore();
        using (VtProcess killed = Serve("socket"))
        {
            killed.Signal(9);
            killed.Wait();
        }

        Assert.True(File.Exists(At("socket")));
        using VtProcess next = Serve("socket");
        Succeed("backups", "--store", "unix://" + At("socket"));

        WriteFile("precious", "");
        VtRun run = Vt("serve", "--socket", At("precious"), "--store", StorePath);
        Assert.Equal(["InvalidArgument"], run.ErrorIds);
        Assert.True(File.Exists(At("precious")));
        Assert.Empty(Directory.GetDirectories(Folder, ".vt-*"));
    }

    [LinuxFact]
    public void What_is_served_read_only_or_append_only_is_no_more()
    {
        MakeStore();
        WriteTree();
        string id = BackUp(At("src"));
        string before = Snapshot("store");

        VtRun denied = Vt("backup", At("src"), "--store", Served("--read-only"));
        Assert.Equal(["PeerRightDenied"], denied.ErrorIds);
        Assert.Equal(1, denied.ExitCode);
        Succeed("restore", id, "--to", At("out"), "--store", Served("--read-only"));
        Succeed("verify", "--data", "--store", Served("--read-only"));
        Assert.Equal(before, Snapshot("store"));

        Succeed("backup", At("src"), "--store", Served("--append-only"));
        Assert.Empty(Directory.GetFiles(Path.Combine(StorePath, "leases")));
        Assert.Equal(["PeerRightDenied"], Vt("prune", "--keep-last", "1", "--store", Served("--append-only")).ErrorIds);
        Assert.Equal(2, Succeed("backups", "--json", "--store", StorePath).Json.GetArrayLength());
    }

    [LinuxFact]
    public void A_command_that_does_not_speak_the_protocol_is_told_with_what_it_said()
    {
        VtRun prints = Vt("backups", "--store", "!echo hello there");
        Assert.Equal(["PeerProtocolMismatch"], prints.ErrorIds);
        Assert.Contains("hello there", prints.Error, StringComparison.Ordinal);

        VtRun fails = Vt("backups", "--store", "!echo no such machine >&2; exit 7");
        Assert.Equal(["PeerUnreachable"], fails.ErrorIds);
        Assert.Contains("no such machine", fails.Error, StringComparison.Ordinal);
        Assert.Contains("exit code 7", fails.Error, StringComparison.Ordinal);

        Assert.Equal(["StoreNotFound"], Vt("backups", "--store", Served()).ErrorIds);
        Assert.Equal(["InvalidArgument"], Vt("backups", "--store", "gopher://host/store").ErrorIds);
        Assert.Equal(2, Vt("serve", "--stdio", "--socket", "x").ExitCode);
        Assert.Equal(2, Vt("serve").ExitCode);
    }

    [LinuxFact]
    public void Killed_at_either_end_a_run_leaves_a_Store_that_the_next_one_uses()
    {
        MakeStore();
        WriteTree();
        BackUp(At("src"));
        WriteFile("src/large", RandomBytes(1, 200_000_000));
        for (int victim = 0; victim < 2; victim++)
        {
            using VtProcess service = Serve("socket");
            using VtProcess client = Start("backup", At("src"), "--store", "unix://" + At("socket"));
            WaitFor(() => Directory.Exists(Path.Combine(StorePath, "data")) && Directory.GetFiles(Path.Combine(StorePath, "data"), "*.vtd", SearchOption.AllDirectories).Length > 2 + victim);
            (victim == 0 ? service : client).Signal(9);
            VtRun run = client.Wait();
            if (victim == 0)
            {
                Assert.Equal(["PeerUnreachable"], run.ErrorIds);
                Assert.Equal(1, run.ExitCode);
            }
            else
            {
                // The service notices, and ends nothing but that client's work.
                WaitFor(() =>
                {
                    Succeed("prune", "--optimize-only", "--store", StorePath);
                    return Directory.GetFiles(Path.Combine(StorePath, "leases")).Length == 0;
                });
                service.Signal(VtProcess.Terminate);
                Assert.Equal(0, service.Wait().ExitCode);
            }
        }

        using VtProcess last = Serve("socket");
        Succeed("backup", At("src"), "--store", "unix://" + At("socket"));
        Succeed("verify", "--store", StorePath);

        // No block that was there to stay was sent again.
        long stored = Directory.GetFiles(Path.Combine(StorePath, "data"), "*.vtd", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        Assert.InRange(stored, 200_700_000, 201_500_000);
    }

    [SshdFact]
    public void Over_ssh_a_Store_is_made_and_used_as_a_local_one()
    {
        SetEnvironment("VT_SSH", new SshServer(At("ssh")).Client);
        SetEnvironment("VT_REMOTE_COMMAND", $"HOME='{At("home")}' {VtProcess.Host} {VtProcess.Program}");
        WriteTree();

        // A path that any shell would take to pieces.
        StorePathOverSsh(At("st ore '$(touch pwned)'"));
        Assert.Empty(Directory.GetFiles(Folder, "pwned", SearchOption.AllDirectories));
        Assert.Equal(["StoreNotFound"], Vt("backups", "--store", SshServer.Address(At("nothing"))).ErrorIds);

        SetEnvironment("VT_REMOTE_COMMAND", "no-such-program");
        VtRun run = Vt("backups", "--store", SshServer.Address(At("nothing")));
        Assert.Equal(["PeerUnreachable"], run.ErrorIds);
        Assert.Contains("no-such-program", run.Error, StringComparison.Ordinal);
        Assert.Contains("exit code 127", run.Error, StringComparison.Ordinal);
    }

    private void StorePathOverSsh(string path)
    {
        UseStore(SshServer.Address(string.Join('/', path.Split('/').Select(Uri.EscapeDataString))));
        Assert.True(File.Exists(Path.Combine(path, "store.json")));
    }

    /// <summary>Makes, backs up to, lists, restores from and checks a Store.</summary>
    private void UseStore(string address, bool init = true)
    {
        if (init)
        {
            Succeed("init", "--store", address);
        }

        VtRun run = Succeed("backup", At("src"), "--json", "--store", address);
        string id = run.Json.GetProperty("Id").GetString()!;
        Assert.Equal(address, run.Json.GetProperty("Store").GetString());
        Assert.Contains(id, Succeed("backups", "--json", "--store", address).Json.EnumerateArray().Select(backup => backup.GetProperty("Id").GetString()));
        Assert.Contains("b.txt", Succeed("ls", id, "--recurse", "--store", address).Output, StringComparison.Ordinal);
        Succeed("restore", id, "--to", At("out"), "--store", address);
        Assert.Equal(Snapshot("src"), Snapshot("out/src"));
        Succeed("verify", "--data", "--store", address);
        Directory.Delete(At("out"), recursive: true);
    }

    private VtProcess Serve(string socket)
    {
        VtProcess service = Start("serve", "--socket", At(socket), "--store", StorePath);
        WaitFor(() => Listens(At(socket)) || service.HasExited);
        return service;
    }

    private static bool Listens(string path)
    {
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
