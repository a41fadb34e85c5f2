using System.Text.Json;

namespace VtPS.Cli.Tests;

public sealed class RepairTests : Workplace
{
    private readonly string _id;

    public RepairTests()
    {
        _id = MakeStore(1)[0];
    }

    [Fact]
    public void What_cannot_be_saved_is_exit_code_4_and_the_next_backup_heals_it()
    {
        string file = Damage(5000);

        VtRun run = Vt("repair", "--salvage", "--store", StorePath, "--json");

        Assert.Equal(4, run.ExitCode);
        JsonElement row = Assert.Single(run.Json.EnumerateArray());
        Assert.Equal("Salvaged", row.GetProperty("Kind").GetString());
        Assert.Equal(["src/sub/deep/c.bin"], row.GetProperty("Path").EnumerateArray().Select(p => p.GetString()));
        Assert.False(File.Exists(file));
        Assert.Single(Directory.GetFiles(Path.Combine(StorePath, "damaged")));
        Assert.Equal(4, Vt("verify", "--store", StorePath).ExitCode);

        BackUp("src");

        Succeed("verify", "--data", "--store", StorePath);
        Succeed("restore", _id, "--to", "out", "--store", StorePath);
        Assert.Equal(Snapshot("src"), Snapshot("out/src"));
    }

    [Fact]
    public void What_is_saved_whole_is_exit_code_0()
    {
        Damage(3);

        string text = Succeed("repair", "--salvage", "--store", StorePath).Output;

        Assert.StartsWith("Salvaged: ", text);
        Succeed("verify", "--data", "--store", StorePath);
        Assert.Equal("", Succeed("repair", "--salvage", "--store", StorePath).Output);
    }

    [Fact]
    public void The_index_is_read_anew() =>
        Assert.Equal("IndexRebuilt", Assert.Single(Succeed("repair", "--rebuild-index", "--store", StorePath, "--json").Json.EnumerateArray()).GetProperty("Kind").GetString());

    [Fact]
    public void A_listing_tells_of_a_damaged_directory_and_goes_on_with_exit_code_4()
    {
        WriteFile("src/new/d.txt", "delta, in a directory that only the second backup has");
        string[] old = Directory.GetFiles(Path.Combine(StorePath, "data"), "*.vtd", SearchOption.AllDirectories);
        string second = BackUp("src");
        Array.ForEach(old, File.Delete);

        VtRun run = Vt("ls", second, "--recurse", "--store", StorePath, "--json");

        Assert.Equal(4, run.ExitCode);
        Assert.Equal(["BlockNotFound"], run.ErrorIds);
        Assert.Contains("The directory 'src/sub'", run.Error);
        Assert.Equal(["src", "src/a.txt", "src/empty", "src/new", "src/new/d.txt", "src/sub"], run.Json.EnumerateArray().Select(i => i.GetProperty("Path").GetString()));
    }

    [Fact]
    public void Keys_that_the_making_of_a_Store_left_are_named()
    {
        File.WriteAllBytes(At("key"), RandomBytes(1, 32));
        Succeed("init", "--store", At("cut"), "--key-file", "key");
        File.Delete(At("cut/store.json"));
        foreach (string[] words in (string[][])[["init"], ["backup", "src", "--init"]])
        {
            VtRun run = Vt([.. words, "--store", At("cut"), "--key-file", "key"]);
            Assert.Equal(1, run.ExitCode);
            Assert.Equal(["StorePathNotEmpty"], run.ErrorIds);
            Assert.Contains($"delete '{At("cut/keys")}'", run.Error);
        }

        Directory.Delete(At("cut/keys"), recursive: true);
        Succeed("backup", "src", "--init", "--store", At("cut"), "--key-file", "key");
    }

    /// <summary>Changes a byte of the data file with the content of the tree.</summary>
    private string Damage(int at)
    {
        string file = Directory.GetFiles(Path.Combine(StorePath, "data"), "*.vtd", SearchOption.AllDirectories).MaxBy(f => new FileInfo(f).Length)!;
        byte[] bytes = File.ReadAllBytes(file);
        bytes[at] ^= 1;
        File.Delete(file);
        File.WriteAllBytes(file, bytes);
        return file;
    }
}
