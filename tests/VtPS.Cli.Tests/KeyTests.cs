using System.Text.Json;

namespace VtPS.Cli.Tests;

public sealed class KeyTests : Workplace
{
    public KeyTests()
    {
        File.WriteAllBytes(At("key"), RandomBytes(1, 32));
        File.WriteAllBytes(At("other"), RandomBytes(2, 32));
        Succeed("init", "--store", StorePath, "--key-file", "key");
    }

    [Fact]
    public void A_key_that_is_added_opens_the_Store_until_it_is_removed()
    {
        WriteFile("password", "correct horse\n");
        JsonElement added = Succeed("key", "add", "--store", StorePath, "--key-file", "key", "--new-key-file", "other", "--new-password-file", "password", "--json").Json;
        Assert.Equal(["KeyFile", "Password"], added.EnumerateArray().Select(k => k.GetProperty("Kind").GetString()));
        Assert.Equal(3, List("other").Length);
        Assert.Equal(3, Succeed("key", "list", "--store", StorePath, "--password-file", "password").Output.Split("Active").Length - 1);

        string id = added[0].GetProperty("KeyId").GetString()!;
        JsonElement removed = Assert.Single(Succeed("key", "remove", id[..10], "--store", StorePath, "--key-file", "key", "--json").Json.EnumerateArray());

        Assert.Equal((id, "Ended"), (removed.GetProperty("KeyId").GetString()!, removed.GetProperty("Status").GetString()!));
        Assert.Equal(2, List("key").Length);
        VtRun closed = Vt("key", "list", "--store", StorePath, "--key-file", "other");
        Assert.Equal(12, closed.ExitCode);
        Assert.Equal(["PasswordIncorrect"], closed.ErrorIds);
    }

    [Fact]
    public void The_last_key_is_not_removed_and_one_that_is_not_there_is_not_found()
    {
        VtRun last = Vt("key", "remove", List("key")[0], "--store", StorePath, "--key-file", "key");
        Assert.Equal(1, last.ExitCode);
        Assert.Equal(["LastKeyRefused"], last.ErrorIds);
        Assert.Contains("vt key add", last.Error);

        VtRun none = Vt("key", "remove", "ffff0000ffff", "--store", StorePath, "--key-file", "key");
        Assert.Equal(1, none.ExitCode);
        Assert.Equal(["ItemNotFound"], none.ErrorIds);
        Assert.Single(List("key"));
    }

    [Fact]
    public void A_changed_key_ends_the_old_one_and_prune_rewrites_under_it()
    {
        WriteTree();
        BackUp("src", "--key-file", "key");
        string[] old = DataFiles();

        string text = Succeed("key", "change", "--store", StorePath, "--key-file", "key", "--new-key-file", "other").Output;

        Assert.Single(text.Split('\n'), line => line.Contains("Active") && line.Contains(" 2 "));
        Assert.Single(text.Split('\n'), line => line.Contains("Ended") && line.Contains(" 1 "));
        Assert.Equal(12, Vt("backups", "--store", StorePath, "--key-file", "key").ExitCode);
        Assert.Equal(old, DataFiles());

        JsonElement pruned = Succeed("prune", "--optimize-only", "--rekey", "--store", StorePath, "--key-file", "other", "--json").Json;

        Assert.True(pruned.GetProperty("Optimize").GetProperty("RekeyFinished").GetBoolean());
        Assert.Empty(DataFiles().Intersect(old));
        Assert.Contains("under an older key any more", Succeed("prune", "--optimize-only", "--rekey", "--store", StorePath, "--key-file", "other").Output);
        Succeed("verify", "--data", "--store", StorePath, "--key-file", "other");
        string before = Snapshot("src");
        Succeed("restore", "latest", "--to", "out", "--store", StorePath, "--key-file", "other");
        Assert.Equal(before, Snapshot("out/src"));
    }

    [Fact]
    public void A_plain_Store_has_no_keys()
    {
        Succeed("init", "--store", At("plain"));
        foreach (string[] words in (string[][])[["key", "list"], ["key", "add", "--new-key-file", "key"], ["prune", "--optimize-only", "--rekey"]])
        {
            VtRun run = Vt([.. words, "--store", At("plain")]);
            Assert.Equal(2, run.ExitCode);
            Assert.Equal(["InvalidArgument"], run.ErrorIds);
            Assert.Contains("not encrypted", run.Error);
        }
    }

    [Fact]
    public void A_slot_that_is_damaged_is_told_and_the_others_are_listed()
    {
        string[] mine = List("key");
        Succeed("key", "add", "--store", StorePath, "--key-file", "key", "--new-key-file", "other");
        string slot = Directory.GetFiles(Path.Combine(StorePath, "keys")).Single(f => !f.Contains("epoch") && !f.Contains(mine[0]));
        byte[] bytes = File.ReadAllBytes(slot);
        bytes[40] ^= 1;
        File.Delete(slot);
        File.WriteAllBytes(slot, bytes);

        VtRun run = Vt("key", "list", "--store", StorePath, "--key-file", "key", "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("DataFileDamaged", run.ErrorIds);
        Assert.Equal(mine, run.Json.EnumerateArray().Select(k => k.GetProperty("KeyId").GetString()));
        Succeed("key", "remove", Path.GetFileNameWithoutExtension(slot), "--store", StorePath, "--key-file", "key");
        Assert.Equal(mine, List("key"));
    }

    private string[] List(string key) =>
        [.. Succeed("key", "list", "--store", StorePath, "--key-file", key, "--json").Json.EnumerateArray().Select(k => k.GetProperty("KeyId").GetString()!)];

    private string[] DataFiles() => [.. Directory.GetFiles(Path.Combine(StorePath, "data"), "*.vtd", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
