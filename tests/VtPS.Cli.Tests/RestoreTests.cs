using System.Text.Json;

namespace VtPS.Cli.Tests;

public sealed class RestoreTests : Workplace
{
    public RestoreTests()
    {
        MakeStore(1);
    }

    [Fact]
    public void A_whole_backup_comes_back_as_it_was()
    {
        JsonElement result = Succeed("restore", "latest", "--to", "out", "--store", StorePath, "--verify", "--json").Json;

        Assert.Equal(Snapshot("src"), Snapshot("out/src"));
        Assert.Equal(4, result.GetProperty("FilesRestored").GetInt64());
        Assert.Equal(4, result.GetProperty("FilesVerified").GetInt64());
        Assert.Equal(0, result.GetProperty("ErrorCount").GetInt64());
        Assert.Equal(At("out"), result.GetProperty("Destination").GetString());
    }

    [Fact]
    public void Parts_keep_their_path_inside_the_backup()
    {
        Succeed("restore", "latest:src/sub/b.txt", "latest:src/a.txt", "--to", "out", "--store", StorePath);

        Assert.Equal(["src", "src/a.txt", "src/sub", "src/sub/b.txt"], Entries("out"));
    }

    [Fact]
    public void A_whole_backup_swallows_its_parts()
    {
        JsonElement result = Succeed("restore", "latest:src/a.txt", "latest", "latest:src/sub", "--to", "out", "--store", StorePath, "--json").Json;

        Assert.Equal(Snapshot("src"), Snapshot("out/src"));
        Assert.Equal(4, result.GetProperty("FilesRestored").GetInt64());
    }

    [Fact]
    public void Leading_names_can_be_dropped()
    {
        Succeed("restore", "latest:src/sub", "--to", "out", "--strip-components", "2", "--store", StorePath);

        Assert.Equal(["b.txt", "deep", "deep/c.bin"], Entries("out"));
    }

    [Fact]
    public void Include_and_exclude_choose_files()
    {
        Succeed("restore", "latest", "--to", "out", "--include", "*.txt", "--exclude", "b.*", "--store", StorePath);

        Assert.Equal(["src/a.txt"], Entries("out").Where(path => File.Exists(At("out/" + path))));
    }

    [Fact]
    public void What_is_there_and_differs_is_kept_without_force_and_replaced_with_it()
    {
        WriteFile("out/src/a.txt", "mine, and longer");

        VtRun kept = Vt("restore", "latest", "--to", "out", "--store", StorePath);

        Assert.Equal(1, kept.ExitCode);
        Assert.Equal(["DestinationDiffers"], kept.ErrorIds);
        Assert.Equal("mine, and longer", File.ReadAllText(At("out/src/a.txt")));
        Assert.Equal("beta\n", File.ReadAllText(At("out/src/sub/b.txt")));

        Succeed("restore", "latest", "--to", "out", "--store", StorePath, "--force");

        Assert.Equal(Snapshot("src"), Snapshot("out/src"));
    }

    [Fact]
    public void Delete_removes_what_the_backup_does_not_have()
    {
        WriteFile("out/src/extra", "x");
        WriteFile("out/beside", "x");

        JsonElement result = Succeed("restore", "latest", "--to", "out", "--delete", "--store", StorePath, "--json").Json;

        Assert.Equal(Snapshot("src"), Snapshot("out/src"));
        Assert.True(File.Exists(At("out/beside")) || result.GetProperty("Deleted").GetInt64() == 2, "--delete removed more than it counted");
        Assert.True(result.GetProperty("Deleted").GetInt64() >= 1);
    }

    [Fact]
    public void In_place_brings_files_back_to_where_they_were()
    {
        BackUp("src");
        string before = Snapshot("src");
        Directory.Delete(At("src"), recursive: true);

        Succeed("restore", "latest", "--in-place", "--store", StorePath);

        Assert.Equal(before, Snapshot("src"));
    }

    [Fact]
    public void In_place_refuses_another_host_without_force()
    {
        string id = BackUp("src", "--host-name", "elsewhere");
        File.Delete(At("src/a.txt"));

        VtRun run = Vt("restore", id, "--in-place", "--store", StorePath);

        Assert.Equal(1, run.ExitCode);
        Assert.Single(run.ErrorIds);
        Assert.False(File.Exists(At("src/a.txt")));
    }

    [Fact]
    public void A_path_that_is_not_in_the_backup_makes_no_destination()
    {
        VtRun run = Vt("restore", "latest:src/nowhere", "--to", "out", "--store", StorePath);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["ItemNotFound"], run.ErrorIds);
        Assert.False(Directory.Exists(At("out")));
    }

    [Fact]
    public void Pass_thru_writes_a_row_for_each_item()
    {
        JsonElement rows = Succeed("restore", "latest", "--to", "out", "--store", StorePath, "--pass-thru", "--json").Json;

        Assert.Contains(rows.EnumerateArray(), row => row.GetProperty("Path").GetString() == "src/a.txt" && row.GetProperty("Action").GetString() == "Restored");
    }

    [Fact]
    public void Damage_is_exit_code_1_and_4_where_it_was_allowed()
    {
        WriteFile("src/more.bin", RandomBytes(9, 3_000_000));
        BackUp("src/more.bin");
        DamageEveryDataFile();

        VtRun stop = Vt("restore", "latest", "--to", "out1", "--store", StorePath);
        VtRun skip = Vt("restore", "latest", "--to", "out2", "--on-damage", "skip", "--store", StorePath, "--json");
        VtRun zero = Vt("restore", "latest", "--to", "out3", "--on-damage", "zero", "--store", StorePath, "--json");

        Assert.Equal(1, stop.ExitCode);
        Assert.Equal(4, skip.ExitCode);
        Assert.Equal(4, zero.ExitCode);
        Assert.Equal("more.bin", skip.Json.GetProperty("Damaged")[0].GetString());
        Assert.False(File.Exists(At("out2/more.bin")));
        Assert.Equal(3_000_000, new FileInfo(At("out3/more.bin")).Length);
    }

    /// <summary>Changes bytes in the middle of the large data files; the small ones hold the tree, which is needed to find anything.</summary>
    private void DamageEveryDataFile()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(StorePath, "data"), "*.vtd", SearchOption.AllDirectories))
        {
            if (new FileInfo(file).Length > 2_000_000)
            {
                byte[] bytes = File.ReadAllBytes(file);
                bytes.AsSpan(bytes.Length / 2, 64).Clear();
                File.Delete(file);
                File.WriteAllBytes(file, bytes);
            }
        }
    }

    private string[] Entries(string folder)
    {
        string[] entries = Directory.GetFileSystemEntries(At(folder), "*", SearchOption.AllDirectories);
        Array.Sort(entries, StringComparer.Ordinal);
        return Array.ConvertAll(entries, entry => Path.GetRelativePath(At(folder), entry));
    }
}
