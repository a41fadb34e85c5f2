using System.Text.Json;

namespace VtPS.Cli.Tests;

public sealed class InitTests : Workplace
{
    [Fact]
    public void Init_makes_a_Store_with_the_options_given()
    {
        VtRun run = Succeed(
            "init", "--store", StorePath, "--hash", "sha512", "--average-block", "64KB", "--compression", "brotli", "--description", "Zweitkopie", "--json");

        JsonElement store = run.Json;
        Assert.Equal(StorePath, store.GetProperty("Path").GetString());
        Assert.Equal("sha512", store.GetProperty("HashName").GetString());
        Assert.Equal(65536, store.GetProperty("AverageBlock").GetInt32());
        Assert.Equal("brotli", store.GetProperty("Compression").GetString());
        Assert.Equal("Zweitkopie", store.GetProperty("Description").GetString());
        Assert.Matches("^[0-9a-f]{32}$", store.GetProperty("StoreId").GetString());
        Assert.True(File.Exists(Path.Combine(StorePath, "store.json")));
    }

    [Fact]
    public void Init_refuses_a_Store_that_is_there()
    {
        MakeStore();
        string before = Snapshot("store");

        VtRun run = Vt("init", "--store", StorePath);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["StoreExists"], run.ErrorIds);
        Assert.Equal(before, Snapshot("store"));
    }

    [Fact]
    public void Init_refuses_a_folder_with_something_in_it()
    {
        WriteFile("store/letter.txt", "dear reader");

        VtRun run = Vt("init", "--store", StorePath);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["StorePathNotEmpty"], run.ErrorIds);
        Assert.Equal(["letter.txt"], Directory.GetFileSystemEntries(StorePath).Select(Path.GetFileName));
    }

    [Fact]
    public void An_average_that_is_no_power_of_two_is_wrong_usage()
    {
        VtRun run = Vt("init", "--store", StorePath, "--average-block", "100000");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(["InvalidArgument"], run.ErrorIds);
        Assert.False(Directory.Exists(StorePath));
    }

    [Fact]
    public void A_name_that_stands_for_the_Store_already_is_no_hindrance_to_making_it()
    {
        WriteTree();
        WriteFile("home/.config/vtps/config.json", JsonSerializer.Serialize(new { Stores = new { usb = new { Path = StorePath } } }));

        Succeed("backup", "src", "--init", "--store", StorePath, "--name", "USB");

        Assert.Equal(["NameExists"], Vt("backup", "src", "--init", "--store", At("other"), "--name", "usb").ErrorIds);
        Assert.False(Directory.Exists(At("other")));
    }

    [Fact]
    public void Two_processes_that_make_one_Store_and_give_it_one_name_both_back_up()
    {
        WriteTree();
        string[] arguments = ["backup", "src", "--init", "--store", StorePath, "--name", "usb"];
        Directory.CreateDirectory(At("home/.config/vtps"));

        // Both find the name free, and wait for each other to register it.
        using FileStream names = new(At("home/.config/vtps/config.json.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        using VtProcess first = Start(arguments);
        using VtProcess second = Start(arguments);
        WaitFor(() => File.Exists(Path.Combine(StorePath, "store.json")));
        Thread.Sleep(800);
        names.Dispose();
        VtRun one = first.Wait();
        VtRun other = second.Wait();

        Assert.True(one.ExitCode == 0, one.ToString());
        Assert.True(other.ExitCode == 0, other.ToString());
        Assert.Equal(2, Succeed("backups", "--store", "usb", "--json").Json.GetArrayLength());
    }

    [Fact]
    public void A_registered_name_stands_for_the_Store()
    {
        WriteTree();
        Succeed("init", "--store", StorePath, "--name", "usb");
        Succeed("backup", "src", "--store", "usb");

        SetEnvironment("VT_STORE", "USB");
        VtRun run = Succeed("backups", "--json");

        Assert.Equal(1, run.Json.GetArrayLength());
    }

    [Fact]
    public void A_name_that_is_taken_is_refused_before_anything_is_made()
    {
        Succeed("init", "--store", StorePath, "--name", "usb");

        VtRun run = Vt("init", "--store", At("other"), "--name", "usb");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["NameExists"], run.ErrorIds);
        Assert.False(Directory.Exists(At("other")));
    }

    [Fact]
    public void Backup_with_init_makes_the_Store_and_then_uses_it()
    {
        WriteTree();
        Succeed("backup", "src", "--init", "--store", StorePath, "--average-block", "128KB");
        Succeed("backup", "src", "--init", "--store", StorePath, "--average-block", "128KB");

        Assert.Equal(2, Succeed("backups", "--store", StorePath, "--json").Json.GetArrayLength());
    }

    [Fact]
    public void Backup_with_init_refuses_a_Store_of_another_make()
    {
        WriteTree();
        MakeStore();

        VtRun run = Vt("backup", "src", "--init", "--store", StorePath, "--hash", "sha512");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["StoreMismatch"], run.ErrorIds);
        Assert.Equal(0, Succeed("backups", "--store", StorePath, "--json").Json.GetArrayLength());
    }

    [Fact]
    public void Backup_with_init_makes_a_Store_in_an_empty_folder()
    {
        WriteTree();
        Directory.CreateDirectory(StorePath);

        Succeed("backup", "src", "--init", "--store", StorePath);
    }

    [Fact]
    public void A_Store_can_lie_where_paths_are_long_and_not_ASCII()
    {
        WriteTree();
        string deep = Path.Combine(Folder, "Größe", new string('x', 200), "магазин 店");

        Succeed("backup", "src", "--init", "--store", deep);

        Assert.Equal(1, Succeed("backups", "--store", deep, "--json").Json.GetArrayLength());
    }
}
