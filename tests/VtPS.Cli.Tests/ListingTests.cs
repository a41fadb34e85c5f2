using System.Text.Json;

namespace VtPS.Cli.Tests;

public sealed class ListingTests : Workplace
{
    public ListingTests()
    {
        WriteTree();
        MakeStore();
    }

    [Fact]
    public void Backups_come_oldest_first_and_filters_choose()
    {
        string first = BackUp("src", "--subset", "one", "--tag", "red");
        string second = BackUp("src", "--subset", "two", "--host-name", "ada");
        string third = BackUp("src/sub", "--subset", "two");

        Assert.Equal([first, second, third], Ids());
        Assert.Equal([first], Ids("--subset", "ONE"));
        Assert.Equal([second, third], Ids("--subset", "t*"));
        Assert.Equal([first], Ids("--tag", "red"));
        Assert.Equal([second], Ids("--host-name", "ada"));
        Assert.Equal([third], Ids("--last", "1"));
        Assert.Equal([first, second, third], Ids("--source-path", "src/sub/deep", "--since", "2020-01-01"));
        Assert.Empty(Ids("--source-path", "home"));
        Assert.Empty(Ids("--before", "2020-01-01T12:00"));
        Assert.Empty(Ids("--since", "2999-01-01T00:00:00Z"));
    }

    [Fact]
    public void An_empty_list_is_an_empty_array_and_no_text()
    {
        Assert.Equal("[]\n", Succeed("backups", "--store", StorePath, "--json").Output);
        Assert.Equal("", Succeed("backups", "--store", StorePath).Output);
    }

    [Fact]
    public void Text_has_a_heading_and_a_line_for_each_backup()
    {
        string id = BackUp("src");

        string[] lines = Succeed("backups", "--store", StorePath).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(2, lines.Length);
        Assert.StartsWith("ID ", lines[0]);
        Assert.StartsWith(id[..12], lines[1]);
    }

    [Fact]
    public void Ls_lists_as_deep_as_it_is_asked_to()
    {
        string id = BackUp("src");

        Assert.Equal(["src"], Paths(id));
        Assert.Equal(["src/a.txt", "src/empty", "src/sub"], Paths(id + ":src"));
        Assert.Equal(["src/a.txt", "src/empty", "src/sub"], Paths(id + ":/src/"));
        Assert.Equal(["src/sub/b.txt", "src/sub/deep", "src/sub/deep/c.bin"], Paths(id + ":src/sub", "--recurse"));
        Assert.Equal(["src/a.txt"], Paths(id + ":src/a.txt"));
        Assert.Equal(["src/a.txt", "src/sub/b.txt"], Paths("latest", "--recurse", "--filter", "*.txt"));
        Assert.Equal(["src", "src/sub", "src/sub/deep"], Paths("latest", "--recurse", "--directory"));
        Assert.Equal(["src/a.txt", "src/empty", "src/sub/b.txt", "src/sub/deep/c.bin"], Paths("latest", "--recurse", "--file"));
        Assert.Equal(["src", "src/a.txt", "src/empty", "src/sub"], Paths("latest", "--recurse", "--depth", "1"));
    }

    [Fact]
    public void Ls_in_text_shows_mode_size_and_path()
    {
        BackUp("src");

        string line = Assert.Single(Succeed("ls", "latest:src/a.txt", "--store", StorePath).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));

        Assert.Matches(@"^-rw\S{7} .* 6  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d  src/a\.txt$", line);
    }

    [Fact]
    public void Latest_is_chosen_from_what_the_filters_leave()
    {
        string first = BackUp("src", "--subset", "one");
        BackUp("src", "--subset", "two");

        JsonElement item = Succeed("ls", "latest", "--subset", "one", "--store", StorePath, "--json").Json[0];

        Assert.Equal(first, item.GetProperty("BackupId").GetString());
    }

    [Fact]
    public void A_path_that_is_not_in_the_backup_is_an_error()
    {
        BackUp("src");

        VtRun run = Vt("ls", "latest:src/nowhere", "--store", StorePath);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["ItemNotFound"], run.ErrorIds);
        Assert.Equal(0, Vt("ls", "latest:src/nowhere", "--store", StorePath, "--json").Json.GetArrayLength());
    }

    [Theory]
    [InlineData("ls")]
    [InlineData("restore", "--to", "out")]
    [InlineData("diff")]
    public void An_id_that_is_not_there_is_an_error(params string[] words)
    {
        BackUp("src");

        VtRun run = Vt([.. words, "ffffffffffffffffffffffffffffffff", "--store", StorePath]);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["BackupNotFound"], run.ErrorIds);
        Assert.False(Directory.Exists(At("out")));
    }

    [Fact]
    public void Latest_of_an_empty_Store_is_an_error()
    {
        VtRun run = Vt("ls", "latest", "--store", StorePath);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["BackupNotFound"], run.ErrorIds);
    }

    [Fact]
    public void A_prefix_that_two_backups_share_is_ambiguous_and_a_longer_one_is_not()
    {
        List<string> ids = [];
        string? shared = null;

        // Among 17 ids two begin with the same digit.
        while (shared is null)
        {
            string id = BackUp("src/a.txt");
            shared = ids.Exists(other => other[0] == id[0]) ? id : null;
            ids.Add(id);
        }

        VtRun run = Vt("restore", shared[..1], "--to", "out", "--store", StorePath);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["AmbiguousBackupId"], run.ErrorIds);
        Assert.False(Directory.Exists(At("out")));
        Succeed("restore", shared[..16], "--to", "out", "--store", StorePath);
        Assert.True(File.Exists(At("out/a.txt")));
    }

    [LinuxFact]
    public void A_reader_that_goes_away_ends_the_list_without_a_word_about_a_fault()
    {
        for (int i = 0; i < 3000; i++)
        {
            WriteFile($"src/many/{i:d5}-{new string('n', 80)}", "");
        }

        BackUp("src");

        VtRun run = Shell($"$VT ls latest --recurse --json --store '{StorePath}' | head -n 1");

        Assert.Equal("[\n", run.Output);
        Assert.DoesNotContain("InternalError", run.Error);
    }

    private string[] Ids(params string[] filter) =>
        [.. Succeed(["backups", "--store", StorePath, "--json", .. filter]).Json.EnumerateArray().Select(backup => backup.GetProperty("Id").GetString()!)];

    private string[] Paths(string id, params string[] options) =>
        [.. Succeed(["ls", id, "--store", StorePath, "--json", .. options]).Json.EnumerateArray().Select(item => item.GetProperty("Path").GetString()!)];
}
