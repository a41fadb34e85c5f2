namespace VtPS.Cli.Tests;

public sealed class UsageTests : Workplace
{
    [Fact]
    public void Version_is_the_program_and_its_version()
    {
        VtRun run = Succeed("--version");

        Assert.Matches(@"\Avt \d+\.\d+\.\d+(-\S+)?\n\z", run.Output);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("backup", "--help")]
    [InlineData("restore", "-h")]
    public void Help_is_written_to_standard_output(params string[] words)
    {
        VtRun run = Succeed(words);

        Assert.Contains("Usage:", run.Output);
    }

    [Theory]
    [InlineData]
    [InlineData("frobnicate")]
    [InlineData("backup")]
    [InlineData("backup", "")]
    [InlineData("backup", "src", "--frobnicate")]
    [InlineData("backup", "src", "--exclude-larger-than", "many")]
    [InlineData("backup", "src", "--throttle-limit", "0")]
    [InlineData("backup", "src", "--change-test", "luck")]
    [InlineData("backup", "src", "--hash", "sha512")]
    [InlineData("backup", "src", "--root", "")]
    [InlineData("backup", "src", "--file-list", "list", "--root", ".")]
    [InlineData("backup", "--file-list", "list")]
    [InlineData("backup", "--stdin-name", "x", "src")]
    [InlineData("backup", "--stdin-name", "x", "--exclude", "*.o")]
    [InlineData("backup", "--stdin-name", "x", "--root", ".")]
    [InlineData("init", "--compression", "zip")]
    [InlineData("init", "--hash", "md5")]
    [InlineData("init", "--average-block", "100GB")]
    [InlineData("backups", "--since", "yesterday")]
    [InlineData("backups", "--last", "0")]
    [InlineData("backups", "extra")]
    [InlineData("ls")]
    [InlineData("ls", "latest", "--file", "--directory")]
    [InlineData("restore", "latest")]
    [InlineData("restore", "latest", "--to", "out", "--in-place")]
    [InlineData("restore", "latest", "--to", "")]
    [InlineData("restore", "--to", "out")]
    [InlineData("restore", "latest", "--to", "out", "--on-damage", "hope")]
    [InlineData("diff")]
    [InlineData("block", "nonsense")]
    [InlineData("block", "--as-byte-stream")]
    [InlineData("block", "--backup", "latest", "--path", "file")]
    [InlineData("repair")]
    [InlineData("key")]
    [InlineData("key", "frobnicate")]
    [InlineData("key", "add")]
    [InlineData("key", "change", "--new-key-file", "")]
    [InlineData("key", "remove")]
    [InlineData("key", "list", "extra")]
    [InlineData("peer")]
    [InlineData("peer", "add", "nas")]
    [InlineData("peer", "add", "", "there")]
    [InlineData("peer", "add", "a/b", "there")]
    [InlineData("peer", "add", "nas", "ssh://")]
    [InlineData("peer", "add", "nas", "there", "--right", "all")]
    [InlineData("peer", "remove")]
    [InlineData("serve", "--stdio", "--export", "src")]
    [InlineData("serve", "--stdio", "--export", "a/b=src")]
    [InlineData("serve", "--stdio", "--export", "a=src", "--export-tree", "A=src")]
    [InlineData("serve", "--stdio", "--export-tree", "a=src:read-only")]
    [InlineData("serve", "--stdio", "--export", "a=src", "--store", "src")]
    [InlineData("serve", "--stdio", "--export", "a=src", "--export", "b=src", "--key-file", "k")]
    public void Wrong_usage_is_exit_code_2_and_makes_nothing(params string[] words)
    {
        SetEnvironment("VT_STORE", StorePath);
        WriteTree();
        string before = Snapshot(".");

        VtRun run = Vt(words);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.All(run.ErrorIds, id => Assert.True(id is "InvalidArgument" or "InvalidHash", run.Error));
        Assert.NotEmpty(run.ErrorIds);
        Assert.Equal(before, Snapshot("."));
    }

    [Theory]
    [InlineData("backup", "src")]
    [InlineData("backups")]
    [InlineData("ls", "latest")]
    [InlineData("restore", "latest", "--to", "out")]
    [InlineData("diff", "latest", "src/")]
    [InlineData("block")]
    [InlineData("init")]
    [InlineData("repair", "--salvage")]
    [InlineData("key", "list")]
    public void Without_a_Store_named_every_verb_asks_for_one(params string[] words)
    {
        WriteTree();

        VtRun run = Vt(words);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(["StoreNotSpecified"], run.ErrorIds);
    }

    [Theory]
    [InlineData("backup", "src")]
    [InlineData("backups")]
    [InlineData("ls", "latest")]
    [InlineData("restore", "latest", "--to", "out")]
    [InlineData("diff", "latest", "src/")]
    [InlineData("block")]
    public void A_missing_Store_is_exit_code_10_and_is_not_made(params string[] words)
    {
        WriteTree();

        VtRun run = Vt([.. words, "--store", StorePath]);

        Assert.Equal(10, run.ExitCode);
        Assert.Equal(["StoreNotFound"], run.ErrorIds);
        Assert.False(Directory.Exists(StorePath));
        Assert.False(Directory.Exists(At("out")));
    }

    [Theory]
    [InlineData("backup", "src")]
    [InlineData("backup", "src", "--init")]
    [InlineData("backups")]
    [InlineData("restore", "latest", "--to", "out")]
    public void An_ordinary_folder_is_not_taken_for_a_Store_and_stays_as_it_is(params string[] words)
    {
        WriteTree();
        WriteFile("store/letter.txt", "dear reader");
        string before = Snapshot("store");

        VtRun run = Vt([.. words, "--store", StorePath]);

        Assert.Equal(10, run.ExitCode);
        Assert.Equal(["NotAStore"], run.ErrorIds);
        Assert.Equal(before, Snapshot("store"));
    }

    [LinuxFact]
    public void A_folder_that_is_gone_is_no_fault_of_vt()
    {
        MakeStore();

        VtRun run = Shell($"mkdir gone && cd gone && rmdir ../gone && $VT backups --store '{StorePath}' && $VT backups --store ./store; echo $?; $VT backup x --store '{StorePath}'; echo $?");

        Assert.Equal("1\n1\n", run.Output);
        Assert.Equal(["PathNotFound", "PathNotFound"], run.ErrorIds);
    }

    [LinuxFact]
    public void Output_that_cannot_be_written_is_a_failure()
    {
        VtRun run = Shell("$VT --version > /dev/full");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["OutputFailed"], run.ErrorIds);
    }
}
