using System.Text.Json;

namespace VtPS.Cli.Tests;

public sealed class StdinTests : Workplace
{
    public StdinTests() => MakeStore();

    [Fact]
    public void Standard_input_becomes_one_file()
    {
        byte[] content = RandomBytes(5, 2_000_000);

        VtRun run = VtWithInput(content, "backup", "--stdin-name", "dump.sql", "--store", StorePath, "--json");

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal("Complete", run.Json.GetProperty("Status").GetString());
        Succeed("restore", "latest", "--to", "out", "--store", StorePath);
        Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(At("out/dump.sql"))));
    }

    [Fact]
    public void Empty_standard_input_becomes_an_empty_file()
    {
        VtRun run = VtWithInput([], "backup", "--stdin-name", "nothing", "--store", StorePath);

        Assert.True(run.ExitCode == 0, run.ToString());
        Succeed("restore", "latest", "--to", "out", "--store", StorePath);
        Assert.Equal(0, new FileInfo(At("out/nothing")).Length);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData(".")]
    public void A_name_that_is_no_file_name_is_wrong_usage(string name)
    {
        VtRun run = VtWithInput("x"u8.ToArray(), "backup", "--stdin-name", name, "--store", StorePath);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(["InvalidArgument"], run.ErrorIds);
        Assert.Equal("[]\n", Succeed("backups", "--store", StorePath, "--json").Output);
    }

    [LinuxFact]
    public void A_commands_output_is_stored_and_its_standard_error_passes_through()
    {
        VtRun run = Vt("backup", "--stdin-name", "dump", "--store", StorePath, "--json", "--", "sh", "-c", "echo content; echo 'a remark' >&2");

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal("a remark\n", run.Error);
        Assert.Equal("Complete", run.Json.GetProperty("Status").GetString());
        Assert.Equal("content\n", Succeed("block", "--backup", "latest:dump", "--as-byte-stream", "--store", StorePath).Output);
    }

    [LinuxFact]
    public void A_commands_options_are_its_own()
    {
        VtRun run = Vt("backup", "--stdin-name", "dump", "--store", StorePath, "--", "printf", "%s|", "--json", "--", "--store");

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal("--json|--|--store|", Succeed("block", "--backup", "latest:dump", "--as-byte-stream", "--store", StorePath).Output);
    }

    [LinuxFact]
    public void A_command_that_fails_leaves_an_Interrupted_backup_and_exit_code_1()
    {
        VtRun run = Vt("backup", "--stdin-name", "dump", "--store", StorePath, "--json", "--", "sh", "-c", "echo half; exit 3");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["SourceReadFailed"], run.ErrorIds);
        Assert.Contains("exit code 3", run.Error);
        Assert.Equal("Interrupted", run.Json.GetProperty("Status").GetString());
        JsonElement listed = Assert.Single(Succeed("backups", "--store", StorePath, "--json").Json.EnumerateArray());
        Assert.Equal("Interrupted", listed.GetProperty("Status").GetString());
        Assert.Equal(["BackupNotFound"], Vt("ls", "latest", "--store", StorePath).ErrorIds);
    }

    [LinuxFact]
    public void A_command_killed_by_a_signal_has_failed_too()
    {
        VtRun run = Vt("backup", "--stdin-name", "dump", "--store", StorePath, "--", "sh", "-c", "echo half; kill -9 $$");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["SourceReadFailed"], run.ErrorIds);
    }

    [Fact]
    public void A_command_that_cannot_be_started_makes_no_backup()
    {
        VtRun run = Vt("backup", "--stdin-name", "dump", "--store", StorePath, "--", "no-such-command-here");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["PathNotFound"], run.ErrorIds);
        Assert.Equal("[]\n", Succeed("backups", "--store", StorePath, "--json").Output);
    }

    [LinuxFact]
    public void Without_a_Store_the_command_is_not_started()
    {
        VtRun run = Vt("backup", "--stdin-name", "dump", "--store", At("nowhere"), "--", "touch", At("started"));

        Assert.Equal(10, run.ExitCode);
        Assert.False(File.Exists(At("started")));
    }
}
