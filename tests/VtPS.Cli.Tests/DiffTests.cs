using System.Text.Json;

namespace VtPS.Cli.Tests;

public sealed class DiffTests : Workplace
{
    private readonly string _first;

    public DiffTests()
    {
        _first = MakeStore(1)[0];
    }

    [Fact]
    public void A_backup_does_not_differ_from_itself()
    {
        Assert.Equal("[]\n", Succeed("diff", _first, _first, "--store", StorePath, "--json").Output);
        Assert.Equal("", Succeed("diff", _first, _first, "--store", StorePath).Output);
    }

    [Fact]
    public void Differences_are_listed_and_are_exit_code_4()
    {
        string second = ChangeAndBackUp();

        VtRun run = Vt("diff", _first, second, "--store", StorePath, "--json");

        Assert.Equal(4, run.ExitCode);
        Assert.Equal("", run.Error);
        Dictionary<string, string> kinds = Kinds(run);
        Assert.Equal("Changed", kinds["src/a.txt"]);
        Assert.Equal("Added", kinds["src/new"]);
        Assert.Equal("Removed", kinds["src/sub/b.txt"]);
        Assert.False(kinds.ContainsKey("src/sub/deep/c.bin"));
    }

    [Fact]
    public void Text_has_a_sign_before_each_path()
    {
        string second = ChangeAndBackUp();

        string[] lines = Vt("diff", _first, second, "--store", StorePath).Output.Split('\n');

        Assert.Contains(lines, line => line.StartsWith("M src/a.txt"));
        Assert.Contains(lines, line => line.StartsWith("+ src/new"));
        Assert.Contains(lines, line => line.StartsWith("- src/sub/b.txt"));
    }

    [Fact]
    public void The_comparison_can_be_confined_to_a_path()
    {
        string second = ChangeAndBackUp();

        VtRun run = Vt("diff", _first + ":src/sub", second, "--store", StorePath, "--json");

        Assert.Equal(4, run.ExitCode);
        Assert.DoesNotContain("src/a.txt", Kinds(run).Keys);
        Assert.Contains("src/sub/b.txt", Kinds(run).Keys);
    }

    [Fact]
    public void Equal_entries_are_given_when_asked_for_and_are_no_difference()
    {
        VtRun run = Succeed("diff", _first, _first, "--include-equal", "--store", StorePath, "--json");

        Assert.Equal("Equal", Kinds(run)["src/sub/deep/c.bin"]);
    }

    [Fact]
    public void A_restored_tree_equals_its_backup()
    {
        Succeed("restore", _first, "--to", "out", "--store", StorePath);

        Assert.Equal("", Succeed("diff", _first, "./out", "--store", StorePath).Output);
        Assert.Equal("", Succeed("diff", _first, "out/", "--content", "--store", StorePath).Output);
    }

    [Fact]
    public void Without_a_second_word_the_recorded_sources_are_compared()
    {
        string id = BackUp("src");
        Succeed("diff", id, "--store", StorePath);
        WriteFile("src/a.txt", "alpha, changed");

        VtRun run = Vt("diff", id, "--store", StorePath, "--json");

        Assert.Equal(4, run.ExitCode);
        Assert.Equal("Changed", Kinds(run)["src/a.txt"]);
    }

    [Fact]
    public void Content_finds_a_change_that_kept_size_and_time()
    {
        Succeed("restore", _first, "--to", "out", "--store", StorePath);
        DateTime time = File.GetLastWriteTimeUtc(At("out/src/a.txt"));
        WriteFile("out/src/a.txt", "alphb\n");
        File.SetLastWriteTimeUtc(At("out/src/a.txt"), time);

        VtRun byContent = Vt("diff", _first, "./out", "--content", "--store", StorePath, "--json");

        Assert.Equal(4, byContent.ExitCode);
        Assert.Equal("Changed", Kinds(byContent)["src/a.txt"]);
    }

    [Fact]
    public void A_live_folder_that_is_not_there_fails()
    {
        VtRun run = Vt("diff", _first, "./nowhere", "--store", StorePath);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["PathNotFound"], run.ErrorIds);
    }

    private string ChangeAndBackUp()
    {
        WriteFile("src/a.txt", "alpha, changed");
        WriteFile("src/new", "n");
        File.Delete(At("src/sub/b.txt"));
        return BackUp("src");
    }

    private static Dictionary<string, string> Kinds(VtRun run) =>
        run.Json.EnumerateArray().ToDictionary(row => row.GetProperty("Path").GetString()!, row => row.GetProperty("Kind").GetString()!);
}
