namespace VtPS.Cli.Tests;

public sealed class ProcessTests : Workplace
{
    [Fact]
    public void A_Store_is_read_with_its_index_cache_deleted()
    {
        WriteTree();
        MakeStore();
        BackUp("src");
        Assert.True(Directory.Exists(At("home/.cache")) || Directory.Exists(At("home/local")));
        DeleteCache();

        Succeed("restore", "latest", "--to", "out", "--store", StorePath);

        Assert.Equal(Snapshot("src"), Snapshot("out/src"));
        DeleteCache();
        WriteFile("src/a.txt", "changed");
        Assert.Equal(0, Succeed("backup", "src/sub", "--base", "none", "--store", StorePath, "--json").Json.GetProperty("DataBlocksNew").GetInt64());
    }

    [Fact]
    public void Two_processes_back_up_into_one_Store_at_once()
    {
        for (int i = 0; i < 40; i++)
        {
            byte[] shared = RandomBytes(1000 + i, 300_000);
            WriteFile($"one/shared{i}", shared);
            WriteFile($"two/shared{i}", shared);
            WriteFile($"one/own{i}", RandomBytes(2000 + i, 200_000));
            WriteFile($"two/own{i}", RandomBytes(3000 + i, 200_000));
        }

        MakeStore();
        using VtProcess first = Start("backup", "one", "--subset", "one", "--store", StorePath);
        using VtProcess second = Start("backup", "two", "--subset", "two", "--store", StorePath);
        VtRun firstRun = first.Wait();
        VtRun secondRun = second.Wait();

        Assert.True(firstRun.ExitCode == 0, firstRun.ToString());
        Assert.True(secondRun.ExitCode == 0, secondRun.ToString());
        Succeed("restore", "latest", "--subset", "one", "--to", "out", "--verify", "--store", StorePath);
        Succeed("restore", "latest", "--subset", "two", "--to", "out", "--verify", "--store", StorePath);
        Assert.Equal(Snapshot("one"), Snapshot("out/one"));
        Assert.Equal(Snapshot("two"), Snapshot("out/two"));
    }

    [Fact]
    public void Two_processes_that_both_make_the_Store_share_it()
    {
        WriteTree();
        using VtProcess first = Start("backup", "src/a.txt", "--init", "--store", StorePath);
        using VtProcess second = Start("backup", "src/sub", "--init", "--store", StorePath);
        VtRun firstRun = first.Wait();
        VtRun secondRun = second.Wait();

        Assert.True(firstRun.ExitCode == 0, firstRun.ToString());
        Assert.True(secondRun.ExitCode == 0, secondRun.ToString());
        Assert.Equal(2, Succeed("backups", "--store", StorePath, "--json").Json.GetArrayLength());
    }

    private void DeleteCache()
    {
        foreach (string cache in new[] { "home/.cache", "home/local" })
        {
            if (Directory.Exists(At(cache)))
            {
                Directory.Delete(At(cache), recursive: true);
            }
        }
    }
}
