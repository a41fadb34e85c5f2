using System.Globalization;
using System.Text.RegularExpressions;
using VtPS.Engine.Sync;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>
/// A scenario of <c>Scenarios/*.txt</c>: lines of edits on peers and of syncs, and after <c>end</c> what every peer must hold in the end (docs/sync.md tells the format).
/// Each edit is ten seconds later than the one before; <c>@N</c> at its end gives another time.
/// </summary>
internal static partial class Scenario
{
    public static string Folder { get; } = Path.Join(AppContext.BaseDirectory, "Sync", "Scenarios");

    /// <summary>The names of all scenarios.</summary>
    public static IEnumerable<string> Names() => Directory.GetFiles(Folder, "*.txt").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal);

    /// <summary>Runs a scenario: afterwards all peers are equal and hold what they should, nothing is lost, and another sync does nothing.</summary>
    /// <param name="text">The scenario.</param>
    /// <param name="reach">See <see cref="SyncWorld.Reach"/>.</param>
    public static async Task RunAsync(string text, Func<string, Task<ISyncPeer>>? reach = null)
    {
        List<string> lines = [.. text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#')];
        int end = lines.IndexOf("end");
        Assert.True(lines[0].StartsWith("peers ", StringComparison.Ordinal) && end > 0, "A scenario begins with its peers and says how it ends.");
        using SyncWorld world = new(lines[0].Split(' ')[1..]) { Reach = reach };
        for (int i = 1; i < end; i++)
        {
            await StepAsync(world, lines[i], 10L * i);
        }

        await world.SettleAsync();
        List<string> expected = lines[(end + 1)..];
        List<string> found = [.. world.Trees.First().List().Select(line => line.TrimEnd())];
        Assert.True(Match(expected, found), $"Expected:\n{string.Join('\n', expected)}\nFound:\n{string.Join('\n', found)}");
        await world.AssertNothingLostAsync();
    }

    private static async Task StepAsync(SyncWorld world, string line, long seconds)
    {
        Match time = TimePattern().Match(line);
        if (time.Success)
        {
            seconds = long.Parse(time.Groups[1].Value, CultureInfo.InvariantCulture);
            line = line[..time.Index];
        }

        string[] words = line.Split(' ');
        if (words[0] == "sync")
        {
            Func<SyncWords, SyncWords> with = words.Length > 3 ? w => w.With(words[3..]) : w => w;
            await world.SyncAsync(words[1], words[2], r => with(new SyncWords(r)).Request);
            return;
        }

        foreach (string name in words[0] == "all:" ? world.Trees.Select(t => t.Name).ToArray() : [words[0].TrimEnd(':')])
        {
            Edit(world[name], words[1..], seconds);
        }
    }

    private static void Edit(SyncTree tree, string[] words, long seconds)
    {
        switch (words[0])
        {
            case "write": tree.Write(words[1], string.Join(' ', words[2..]), seconds); break;
            case "mkdir": tree.MakeFolder(words[1]); break;
            case "move": tree.Move(words[1], words[2]); break;
            case "delete": tree.Delete(words[1]); break;
            case "link": tree.Link(words[1], words[2]); break;
            case "touch": tree.SetTime(words[1], seconds); break;
            case "chmod" when !OperatingSystem.IsWindows(): File.SetUnixFileMode(tree.FullPath(words[1]), (UnixFileMode)Convert.ToInt32(words[2], 8)); break;
            case "clock": tree.ClockOffset = long.Parse(words[1], CultureInfo.InvariantCulture); break;
            default: Assert.Fail($"There is no edit '{words[0]}'."); break;
        }
    }

    /// <summary>Compares lines; <c>conflict-*</c> in an expected one stands for a conflict copy's digits.</summary>
    private static bool Match(List<string> expected, List<string> found)
    {
        if (expected.Count != found.Count)
        {
            return false;
        }

        List<string> rest = [.. found];
        return expected.TrueForAll(line =>
        {
            Regex pattern = new("^" + Regex.Escape(line).Replace("conflict-\\*", "conflict-[0-9a-f]+", StringComparison.Ordinal) + "$");
            int index = rest.FindIndex(f => pattern.IsMatch(f));
            if (index >= 0)
            {
                rest.RemoveAt(index);
            }

            return index >= 0;
        });
    }

    [GeneratedRegex(@" @(-?\d+)$")]
    private static partial Regex TimePattern();
}
