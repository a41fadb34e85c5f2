using System.Text.Json;

namespace VtPS.Cli.Tests;

public sealed class PruneTests : Workplace
{
    private readonly string[] _ids;

    public PruneTests()
    {
        _ids = MakeStore(3);
    }

    [Fact]
    public void What_no_rule_keeps_is_removed_and_its_space_freed()
    {
        long before = StoreLength();

        JsonElement json = Succeed("prune", "--store", StorePath, "--keep-last", "2", "--json").Json;

        Assert.Equal(["Remove", "Keep", "Keep"], json.GetProperty("Retention").EnumerateArray().Select(r => r.GetProperty("Action").GetString()));
        Assert.Equal(_ids[0], json.GetProperty("Retention")[0].GetProperty("BackupId").GetString());
        Assert.True(json.GetProperty("Optimize").GetProperty("BytesDeleted").GetInt64() > 600_000);
        Assert.True(StoreLength() < before - 600_000);
        Assert.Equal(_ids[1..], Ids());
        Succeed("verify", "--store", StorePath, "--data");
    }

    [Fact]
    public void A_dry_run_changes_nothing_and_says_what_would_go()
    {
        string before = Snapshot("store");

        string text = Succeed("prune", "--store", StorePath, "--keep-last", "1", "--dry-run").Output;

        Assert.Equal(2, text.Split("would remove").Length - 1);
        Assert.Contains("last 1 of 1", text);
        Assert.Equal(before, Snapshot("store"));
    }

    [Fact]
    public void Only_space_is_freed_with_optimize_only()
    {
        Succeed("prune", "--store", StorePath, "--optimize-only");

        Assert.Equal(_ids, Ids());
        Succeed("verify", "--store", StorePath, "--data");
    }

    [Theory]
    [InlineData()]
    [InlineData("--optimize-only", "--keep-last", "1")]
    [InlineData("--keep-last", "-1")]
    [InlineData("--older-than", "365")]
    [InlineData("--keep-last", "1", "--group-by", "colour")]
    [InlineData("--optimize-only", "--maximum-unused", "101")]
    public void Wrong_usage_is_exit_code_2_and_removes_nothing(params string[] arguments)
    {
        VtRun run = Vt(["prune", "--store", StorePath, .. arguments]);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(_ids, Ids());
    }

    [Fact]
    public void A_policy_that_leaves_nothing_of_a_group_is_refused()
    {
        Thread.Sleep(20);

        VtRun run = Vt("prune", "--store", StorePath, "--keep-tag", "none-has-this");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["EmptyRetention"], run.ErrorIds);
        Assert.Contains("subset 's'", run.Error);
        Assert.Equal(_ids, Ids());
    }

    private string[] Ids() => [.. Succeed("backups", "--store", StorePath, "--json").Json.EnumerateArray().Select(b => b.GetProperty("Id").GetString()!)];

    private long StoreLength() => Directory.GetFiles(StorePath, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
}
