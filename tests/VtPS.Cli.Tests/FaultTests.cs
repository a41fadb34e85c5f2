using System.Text.Json;

namespace VtPS.Cli.Tests;

public sealed class FaultTests : Workplace
{
    private bool _mounted;

    [LinuxRootFact]
    public void A_full_file_system_fails_and_harms_no_earlier_backup()
    {
        Directory.CreateDirectory(StorePath);
        VtRun mount = Shell($"mount -t tmpfs -o size=6m none '{StorePath}'");
        if (mount.ExitCode != 0)
        {
            Assert.Fail($"This root may not mount; run the tests where it may, or as another user. {mount.Error}");
        }

        _mounted = true;
        WriteTree();
        Succeed("backup", "src", "--init", "--store", StorePath);
        string before = Snapshot("src");
        WriteFile("big/one", RandomBytes(1, 20_000_000));

        VtRun run = Vt("backup", "big", "--store", StorePath);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["StoreFull"], run.ErrorIds);
        Succeed("restore", "latest", "--subset", "*src", "--to", "out", "--store", StorePath);
        Assert.Equal(before, Snapshot("out/src"));

        // What the failed run wrote does not stand in the way of a smaller one.
        WriteFile("small/file", "small");
        Succeed("backup", "small", "--store", StorePath);
    }

    [LinuxRootFact]
    public void An_unreadable_file_is_exit_code_3_and_everything_else_is_stored()
    {
        WriteTree();
        WriteFile("src/secret", "hidden");
        Shell($"chmod 0 '{At("src/secret")}'; chown -R 65534:65534 '{Folder}'; chown 0:0 '{At("src/secret")}'");
        string asNobody = "setpriv --reuid=65534 --regid=65534 --clear-groups";

        VtRun run = Shell($"""
            if ! {asNobody} $VT --version >/dev/null 2>&1; then exit 99; fi
            {asNobody} $VT backup src --init --store '{StorePath}' --json
            """);

        Assert.True(run.ExitCode != 99, "The user nobody cannot run vt from where it was built; build it where others may read.");
        Assert.Equal(3, run.ExitCode);
        Assert.Equal(["SourceDenied"], run.ErrorIds);
        Assert.Contains("secret", run.Error);
        JsonElement backup = run.Json;
        Assert.Equal("CompleteWithErrors", backup.GetProperty("Status").GetString());
        Assert.Equal(1, backup.GetProperty("ItemsDenied").GetInt64());
        Assert.Equal(4, backup.GetProperty("FileCount").GetInt64());
    }

    [LinuxRootFact]
    public void A_comparison_that_could_not_read_everything_is_exit_code_3()
    {
        WriteTree();
        MakeStore();
        BackUp("src");
        WriteFile("src/a.txt", "changed");
        Shell($"chmod -R a+rX '{Folder}'; chmod 777 '{At("home")}'; chmod 0 '{At("src/sub")}'");

        VtRun run = Shell($"setpriv --reuid=65534 --regid=65534 --clear-groups $VT diff latest --store '{StorePath}'");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal(["SourceDenied"], run.ErrorIds);
        Assert.Contains("src/a.txt", run.Output);
    }

    [LinuxRootFact]
    public void A_destination_that_may_not_be_written_fails()
    {
        WriteTree();
        MakeStore();
        BackUp("src");
        Shell($"chmod -R a+rX '{Folder}'; mkdir '{At("locked")}'; chmod 755 '{At("locked")}'; chmod 777 '{At("home")}'");

        VtRun run = Shell($"setpriv --reuid=65534 --regid=65534 --clear-groups $VT restore latest --to '{At("locked/out")}' --store '{StorePath}'");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["DestinationDenied"], run.ErrorIds);
    }

    [Fact]
    public void A_damaged_record_is_reported_and_the_others_are_listed()
    {
        WriteTree();
        MakeStore();
        string first = BackUp("src");
        string second = BackUp("src");
        string record = Path.Combine(StorePath, "backups", first + ".json");
        byte[] bytes = File.ReadAllBytes(record);
        bytes[bytes.Length / 2] ^= 1;
        File.Delete(record);
        File.WriteAllBytes(record, bytes);

        VtRun run = Vt("backups", "--store", StorePath, "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.Single(run.ErrorIds);
        Assert.Contains(first, run.Error);
        Assert.Equal([second], run.Json.EnumerateArray().Select(backup => backup.GetProperty("Id").GetString()));
    }

    protected override void Cleanup()
    {
        if (_mounted)
        {
            Shell($"umount '{StorePath}'");
        }
    }
}
