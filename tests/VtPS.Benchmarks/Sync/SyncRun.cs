using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using VtPS.Benchmarks.Copy;

namespace VtPS.Benchmarks.Sync;

/// <summary>
/// <c>vt sync</c> of a tree with one at the far end of ssh beside <c>rsync -a --delete</c> by the same ssh, in turns: to an empty peer, with nothing changed, with the largest folder
/// renamed, and after the tree became its next version; the bytes of both directions beside the times.
/// </summary>
internal static partial class SyncRun
{
    public static async Task<int> RunAsync(CopyOptions options)
    {
        Folders.Recreate(options.Work);
        string here = Path.Combine(options.Work, "here");
        await Folders.CopyAsync(options.Old, here);
        List<double> rsync = [];
        List<double> sync = [];
        string far = string.Empty;
        for (int round = 0; round < options.Rounds; round++)
        {
            // Nothing is deleted before the end: ext4 is slow to make files for minutes after many were.
            string state = Path.Combine(here, ".vt");
            if (Directory.Exists(state))
            {
                Directory.Move(state, Path.Combine(options.Work, $"state-{round}"));
            }

            far = round.ToString(CultureInfo.InvariantCulture);
            Directory.CreateDirectory(VtPath(options, far));
            rsync.Add((await RsyncAsync(options, here, far)).Wall);
            sync.Add((await SyncAsync(options, here, far)).Wall);
        }

        Show("first", rsync, sync);
        rsync.Clear();
        sync.Clear();
        for (int round = 0; round < 3 * options.Rounds; round++)
        {
            rsync.Add((await RsyncAsync(options, here, far)).Wall);
            sync.Add((await SyncAsync(options, here, far)).Wall);
        }

        Show("unchanged", rsync, sync);
        string largest = Directory.GetDirectories(here).Where(folder => Path.GetFileName(folder) != ".vt").MaxBy(Folders.SizeOf)!;
        Directory.Move(largest, largest + ".renamed");
        await CountAsync(options, here, far, $"'{Path.GetFileName(largest)}' renamed");
        Directory.Move(largest + ".renamed", largest);
        await CountAsync(options, here, far, "renamed back");
        await TimedCommand.RunAsync(["rsync", "-a", "--delete", "--exclude", "/.vt", options.New + "/", here + "/"], options.Work, Environment(options));
        await CountAsync(options, here, far, "next version");
        TimedCommand differences = await TimedCommand.RunAsync(
            ["rsync", "-ancO", "--delete", "--exclude", "/.vt", "--itemize-changes", here + "/", VtPath(options, far) + "/"], options.Work, Environment(options));
        Console.WriteLine(differences.Output.Length == 0 ? "  Both trees are equal." : $"  The trees differ:\n{differences.Output}");
        Directory.Delete(options.Work, true);
        return differences.Output.Length == 0 ? 0 : 1;
    }

    private static async Task CountAsync(CopyOptions options, string here, string far, string what)
    {
        TimedCommand rsync = await RsyncAsync(options, here, far);
        long sent = RsyncBytes().Matches(rsync.Output).Sum(m => long.Parse(m.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture));
        TimedCommand sync = await SyncAsync(options, here, far);
        using JsonDocument result = JsonDocument.Parse(sync.Output);
        long bytes = result.RootElement.GetProperty("BytesSent").GetInt64() + result.RootElement.GetProperty("BytesReceived").GetInt64();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {what}: rsync {rsync.Wall:0.00} s and {sent} bytes, vt {sync.Wall:0.00} s and {bytes} bytes: {(double)bytes / sent:0.000} times the bytes"));
    }

    private static Task<TimedCommand> RsyncAsync(CopyOptions options, string here, string far) => TimedCommand.RunAsync(
        ["rsync", "-a", "--delete", "--stats", "--exclude", "/.vt", "-e", $"{options.Ssh} -p {options.Host.Port}", here + "/", $"{options.Host.Host}:{Path.Combine(options.Work, "rsync-" + far)}/"],
        options.Work,
        Environment(options));

    private static Task<TimedCommand> SyncAsync(CopyOptions options, string here, string far) => TimedCommand.RunAsync(
        [options.Vt, "sync", here, options.Host.GetLeftPart(UriPartial.Authority) + VtPath(options, far), "--json"], options.Work, Environment(options));

    private static string VtPath(CopyOptions options, string far) => Path.Combine(options.Work, "vt-" + far);

    private static Dictionary<string, string> Environment(CopyOptions options) => new()
    {
        ["VT_CACHE"] = Path.Combine(options.Work, "cache"),
        ["VT_CONFIG"] = Path.Combine(options.Work, "config.json"),
        ["VT_SSH"] = options.Ssh,
        ["VT_REMOTE_COMMAND"] = $"VT_CACHE='{Path.Combine(options.Work, "far-cache")}' '{options.Vt}'",
    };

    private static void Show(string what, List<double> rsync, List<double> sync)
    {
        Seconds.Show($"{what}, rsync -a", rsync);
        Seconds.Show($"{what}, vt sync", sync);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what}: {Seconds.Median(sync) / Seconds.Median(rsync):0.00} times rsync"));
    }

    [GeneratedRegex("^Total bytes (?:sent|received): ([0-9,]+)", RegexOptions.Multiline)]
    private static partial Regex RsyncBytes();
}
