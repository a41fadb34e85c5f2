using System.Text.Json;

namespace VtPS.Cli.Tests;

public sealed class BackupTests : Workplace
{
    public BackupTests()
    {
        WriteTree();
        MakeStore();
    }

    [Fact]
    public void Json_is_one_backup_with_the_names_that_PowerShell_shows()
    {
        VtRun run = Succeed(
            "backup", "src", "--store", StorePath, "--tag", "night", "--tag", "first", "--comment", "Grüße", "--host-name", "ada", "--subset", "work", "--json");

        JsonElement backup = run.Json;
        Assert.Equal(JsonValueKind.Object, backup.ValueKind);
        Assert.Matches("^[0-9a-f]{32}$", backup.GetProperty("Id").GetString());
        Assert.Equal("Complete", backup.GetProperty("Status").GetString());
        Assert.Equal("ada", backup.GetProperty("HostName").GetString());
        Assert.Equal("work", backup.GetProperty("Subset").GetString());
        Assert.Equal("Grüße", backup.GetProperty("Comment").GetString());
        Assert.Equal(["first", "night"], backup.GetProperty("Tag").EnumerateArray().Select(tag => tag.GetString()));
        Assert.Equal([At("src")], backup.GetProperty("SourcePath").EnumerateArray().Select(path => path.GetString()));
        Assert.Equal(4, backup.GetProperty("FileCount").GetInt64());
        Assert.Equal(3, backup.GetProperty("DirectoryCount").GetInt64());
        Assert.True(backup.GetProperty("BytesStored").GetInt64() > 0);
        Assert.False(backup.TryGetProperty("Origin", out _));
    }

    [Fact]
    public void Text_says_what_was_done()
    {
        VtRun run = Succeed("backup", "src", "--store", StorePath);

        Assert.Contains("Complete", run.Output);
        Assert.Contains("4 files", run.Output);
    }

    [Fact]
    public void An_unchanged_tree_is_neither_read_nor_stored_again()
    {
        // A file must be two seconds old before its times are trusted.
        Thread.Sleep(2200);
        string first = BackUp("src");

        JsonElement second = Succeed("backup", "src", "--store", StorePath, "--json").Json;

        Assert.Equal(4, second.GetProperty("FilesUnchanged").GetInt64());
        Assert.Equal(0, second.GetProperty("BytesRead").GetInt64());
        Assert.Equal(0, second.GetProperty("DataBlocksNew").GetInt64());
        Assert.Equal([first], second.GetProperty("BasedOn").EnumerateArray().Select(id => id.GetString()));
    }

    [Fact]
    public void Base_none_and_change_test_Content_read_everything_again()
    {
        Thread.Sleep(2200);
        BackUp("src");

        JsonElement noBase = Succeed("backup", "src", "--store", StorePath, "--base", "none", "--json").Json;
        JsonElement content = Succeed("backup", "src", "--store", StorePath, "--change-test", "content", "--json").Json;

        Assert.Empty(noBase.GetProperty("BasedOn").EnumerateArray());
        Assert.True(noBase.GetProperty("BytesRead").GetInt64() > 700_000);
        Assert.True(content.GetProperty("BytesRead").GetInt64() > 700_000);
        Assert.Equal(0, content.GetProperty("DataBlocksNew").GetInt64());
    }

    [Fact]
    public void A_base_that_is_not_there_is_an_error()
    {
        VtRun run = Vt("backup", "src", "--store", StorePath, "--base", "0123456789abcdef0123456789abcdef");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["BackupNotFound"], run.ErrorIds);
    }

    [Fact]
    public void A_missing_path_fails_and_changes_nothing()
    {
        BackUp("src");
        string before = Snapshot("store");

        VtRun run = Vt("backup", "src", "nowhere", "--store", StorePath);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["PathNotFound"], run.ErrorIds);
        Assert.Contains("nowhere", run.Error);
        Assert.Equal(before, Snapshot("store"));
    }

    [Fact]
    public void Two_paths_of_one_name_clash()
    {
        WriteFile("other/src/z", "z");

        VtRun run = Vt("backup", "src", "other/src", "--store", StorePath);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["PathNameClash"], run.ErrorIds);
        Assert.Contains("--root", run.Error);
    }

    [Fact]
    public void Wildcards_are_left_to_the_shell()
    {
        VtRun run = Vt("backup", "s*", "--store", StorePath);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["PathNotFound"], run.ErrorIds);
    }

    [Fact]
    public void Dots_and_doubled_separators_in_a_path_mean_the_same_path()
    {
        string id = BackUp("./src/../src//sub/./");

        Assert.Equal(["sub", "sub/b.txt", "sub/deep", "sub/deep/c.bin"], Paths(id));
    }

    [LinuxFact]
    public void Dot_dot_after_a_symlink_is_the_real_parent()
    {
        Directory.CreateSymbolicLink(At("link"), At("src/sub/deep"));

        string id = BackUp("link/../b.txt");

        Assert.Equal(["b.txt"], Paths(id));
    }

    [LinuxFact]
    public void A_symlink_is_itself_and_with_a_separator_after_it_the_directory_it_leads_to()
    {
        Directory.CreateSymbolicLink(At("link"), At("src/sub"));

        string link = BackUp("link");
        string target = BackUp("link/");

        Assert.Equal(["link"], Paths(link));
        Assert.Equal(["sub", "sub/b.txt", "sub/deep", "sub/deep/c.bin"], Paths(target));
    }

    [Fact]
    public void With_a_root_paths_are_stored_relative_to_it()
    {
        string id = BackUp("src/sub/b.txt", "src/a.txt", "--root", "src");

        Assert.Equal(["a.txt", "sub", "sub/b.txt"], Paths(id));
    }

    [Fact]
    public void A_file_list_is_read_to_its_last_path()
    {
        WriteFile("list", "a.txt\0sub/b.txt\0\0" + At("src/empty"));

        string id = BackUp("--file-list", "list", "--root", "src");

        Assert.Equal(["a.txt", "empty", "sub", "sub/b.txt"], Paths(id));
    }

    [Fact]
    public void A_file_list_can_come_from_standard_input()
    {
        VtRun run = VtWithInput("sub/b.txt\0"u8.ToArray(), "backup", "--file-list", "-", "--root", "src", "--store", StorePath, "--json");

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal(["sub", "sub/b.txt"], Paths(run.Json.GetProperty("Id").GetString()!));
    }

    [Fact]
    public void A_missing_file_list_fails()
    {
        VtRun run = Vt("backup", "--file-list", "nowhere", "--root", "src", "--store", StorePath);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["PathNotFound"], run.ErrorIds);
    }

    [Fact]
    public void Exclusions_leave_out_what_they_name()
    {
        WriteFile("src/cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
        WriteFile("src/cache/stuff", "stuff");
        WriteFile("rules", "a.*\n");

        string id = BackUp("src", "--exclude", "b.txt", "--exclude-from", "rules", "--exclude-caches", "--exclude-larger-than", "600KB");

        Assert.Equal(["src", "src/cache", "src/cache/CACHEDIR.TAG", "src/empty", "src/sub", "src/sub/deep"], Paths(id));
    }

    [Fact]
    public void Pass_thru_writes_a_row_for_each_item()
    {
        VtRun run = Succeed("backup", "src", "--store", StorePath, "--pass-thru", "--json");

        Dictionary<string, string> actions = run.Json.EnumerateArray().ToDictionary(row => row.GetProperty("Path").GetString()!, row => row.GetProperty("Action").GetString()!);
        Assert.Equal("New", actions["src/a.txt"]);
        Assert.Equal("New", actions["src/sub/deep/c.bin"]);
    }

    [Fact]
    public void A_path_that_begins_with_a_dash_or_an_at_sign_is_a_path()
    {
        WriteFile("-dash", "1");
        WriteFile("@at", "2");

        string id = BackUp("@at", "--", "-dash");

        Assert.Equal(["-dash", "@at"], Paths(id));
    }

    private string[] Paths(string id) =>
        [.. Succeed("ls", id, "--recurse", "--json", "--store", StorePath).Json.EnumerateArray().Select(item => item.GetProperty("Path").GetString()!)];
}
