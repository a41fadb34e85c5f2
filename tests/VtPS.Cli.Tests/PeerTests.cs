using System.Text.Json;

namespace VtPS.Cli.Tests;

public sealed class PeerTests : Workplace
{
    [Fact]
    public void A_peer_that_is_added_is_listed_and_synced_by_its_name_until_it_is_removed()
    {
        WriteFile("docs/plan", "text");
        Directory.CreateDirectory(At("stick"));
        Assert.Equal("", Succeed("peer", "list").Output);

        JsonElement added = Assert.Single(Succeed("peer", "add", "Stick", "stick", "--group", "home", "--right", "write", "--json").Json.EnumerateArray());
        Succeed("peer", "add", "nas", "ssh://anna@nas/srv/docs");

        Assert.Equal(
            ("Stick", At("stick"), "home", "Write"),
            (added.GetProperty("Name").GetString()!, added.GetProperty("Uri").GetString()!, added.GetProperty("Group").GetString()!, added.GetProperty("Right").GetString()!));
        Assert.Equal(["nas ReadWrite ssh://anna@nas/srv/docs", $"Stick Write home {At("stick")}"], Rows(Succeed("peer", "list")));
        Succeed("sync", "docs", "stick");
        Assert.Equal("text", File.ReadAllText(At("stick/plan")));
        Assert.Equal(["PeerRightDenied"], Vt("sync", "docs", "stick", "--direction", "pull").ErrorIds);

        Assert.Equal([$"Stick Write home {At("stick")}"], Rows(Succeed("peer", "remove", "stick")));

        Assert.Equal(["nas"], Names());
        Assert.True(File.Exists(At("stick/plan")));
    }

    [Fact]
    public void A_name_that_is_taken_and_one_that_is_not_there_are_told()
    {
        Succeed("peer", "add", "nas", "!vt serve --stdio --tree /srv/docs");

        VtRun taken = Vt("peer", "add", "NAS", "other");
        VtRun none = Vt("peer", "remove", "usb");

        Assert.Equal((1, "NameExists"), (taken.ExitCode, Assert.Single(taken.ErrorIds)));
        Assert.Contains("'!vt serve --stdio --tree /srv/docs'", taken.Error);
        Assert.Contains("vt peer remove", taken.Error);
        Assert.Equal((1, "PeerNotFound"), (none.ExitCode, Assert.Single(none.ErrorIds)));
        Assert.Contains("vt peer list", none.Error);
        Assert.Equal(["nas"], Names());
    }

    private string[] Names() => [.. Succeed("peer", "list", "--json").Json.EnumerateArray().Select(p => p.GetProperty("Name").GetString()!)];

    private static string[] Rows(VtRun run) => [.. run.Output.TrimEnd('\n').Split('\n').Skip(1).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
}
