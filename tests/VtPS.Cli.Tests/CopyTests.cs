namespace VtPS.Cli.Tests;

public sealed class CopyTests : Workplace
{
    private readonly string[] _ids;

    public CopyTests()
    {
        _ids = MakeStore(2);
        Succeed("init", "--store", Other);
    }

    private string Other => At("other");

    [Fact]
    public void A_copy_is_listed_verified_and_restored_there()
    {
        VtRun run = Succeed("copy", _ids[0], "latest", "--store", StorePath, "--to", Other, "--json");

        Assert.Equal(_ids, run.Json.EnumerateArray().Select(b => b.GetProperty("Id").GetString()));
        Assert.All(run.Json.EnumerateArray(), b => Assert.Equal(Other, b.GetProperty("Store").GetString()));
        Assert.Equal(_ids, IdsOf(Other));
        Succeed("verify", "--store", Other, "--data");
        Succeed("restore", "latest", "--store", Other, "--to", At("out"));
        Assert.Equal(Snapshot("src"), Snapshot("out/src"));
    }

    [Fact]
    public void A_dry_run_and_copying_again_say_what_there_is_and_change_nothing()
    {
        Assert.Contains("copied", Succeed("copy", _ids[0], "--store", StorePath, "--to", Other).Output);
        string both = Snapshot("other") + Snapshot("store");
        string plan = Succeed("copy", "--all", "--move", "--dry-run", "--store", StorePath, "--to", Other).Output;
        Assert.Contains("is there", plan);
        Assert.Contains("would copy", plan);
        Assert.Equal(both, Snapshot("other") + Snapshot("store"));
        Succeed("copy", "--all", "--store", StorePath, "--to", Other);
        string before = Snapshot("other");

        string text = Succeed("copy", "--all", "--store", StorePath, "--to", Other).Output;

        Assert.Equal(2, text.Split("is there").Length - 1);
        Assert.Equal(before, Snapshot("other"));
    }

    [Fact]
    public void All_leaves_out_Interrupted_backups_and_what_the_filter_does_not_take()
    {
        WriteFile("input", "half of it");
        VtRun failed = Vt("backup", "--stdin-name", "stream", "--store", StorePath, "--", "false");
        Assert.Equal(1, failed.ExitCode);
        Assert.Equal(3, IdsOf(StorePath).Length);

        Succeed("copy", "--all", "--tag", "old", "--store", StorePath, "--to", Other);
        Assert.Equal(_ids[..1], IdsOf(Other));

        Succeed("copy", "--all", "--store", StorePath, "--to", Other);
        Assert.Equal(_ids, IdsOf(Other));

        // By its name it is copied.
        string interrupted = IdsOf(StorePath).Except(_ids).Single();
        Succeed("copy", interrupted, "--store", StorePath, "--to", Other);
        Assert.Contains(interrupted, IdsOf(Other));
    }

    [Fact]
    public void Move_removes_here_what_is_there()
    {
        Assert.Contains("moved", Succeed("copy", _ids[0], "--move", "--store", StorePath, "--to", Other).Output);

        Assert.Equal(_ids[1..], IdsOf(StorePath));
        Assert.Equal(_ids[..1], IdsOf(Other));
        Succeed("verify", "--store", Other, "--data");
    }

    [Fact]
    public void The_second_Store_has_its_own_password_file()
    {
        WriteFile("password", "correct horse\n");
        Succeed("init", "--store", At("locked"), "--password-file", "password");

        VtRun none = Vt("copy", "latest", "--store", StorePath, "--to", At("locked"));
        Assert.Equal(12, none.ExitCode);
        Assert.Equal(["PasswordRequired"], none.ErrorIds);

        Succeed("copy", "latest", "--store", StorePath, "--to", At("locked"), "--to-password-file", "password");
        Succeed("copy", "latest", "--store", At("locked"), "--password-file", "password", "--to", Other);
        Assert.Equal(_ids[1..], IdsOf(Other));
    }

    [Fact]
    public void A_damaged_backup_is_exit_code_1_and_the_others_go_on()
    {
        WriteFile("big/only.bin", RandomBytes(9, 900_000));
        string damaged = BackUp("big");
        FileInfo largest = new DirectoryInfo(Path.Combine(StorePath, "data")).EnumerateFiles("*", SearchOption.AllDirectories).MaxBy(f => f.LastWriteTimeUtc.Ticks + (f.Length > 900_000 ? 1L << 60 : 0))!;
        Assert.True(largest.Length > 900_000);
        largest.Delete();

        VtRun run = Vt("copy", "--all", "--store", StorePath, "--to", Other);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["BlockNotFound"], run.ErrorIds);
        Assert.Contains("only.bin", run.Error);
        Assert.Contains(damaged, run.Error);
        Assert.Equal(_ids, IdsOf(Other));
    }

    [Fact]
    public void Wrong_usage_and_a_Store_that_cannot_take_it_are_refused()
    {
        string before = Snapshot("other");
        foreach (string[] arguments in (string[][])
        [
            ["--to", "other"],
            ["latest", "--all", "--to", "other"],
            ["latest"],
            ["latest", "--to", ""],
            ["--all", "--dry-run", "--json", "--to", "other"],
        ])
        {
            Assert.Equal(2, Vt(["copy", "--store", StorePath, .. arguments]).ExitCode);
        }

        Assert.Equal(before, Snapshot("other"));
        Assert.Equal(["StoreNotFound"], Vt("copy", "latest", "--store", StorePath, "--to", At("third")).ErrorIds);
        Succeed("init", "--store", At("third"), "--hash", "sha512");
        VtRun run = Vt("copy", "latest", "--store", StorePath, "--to", At("third"));
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["StoreMismatch"], run.ErrorIds);
    }

    private string[] IdsOf(string store) =>
        [.. Succeed("backups", "--store", store, "--json").Json.EnumerateArray().Select(b => b.GetProperty("Id").GetString()!)];
}
