using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace VtPS.Benchmarks.Compare;

/// <summary>
/// Runs the tools in turn, A B C A B C, each round with fresh Stores, everything synced before each command and the trees in the page cache.
/// </summary>
internal static class Comparison
{
    private static readonly string[] Steps = ["first backup", "unchanged", "next version", "restore", "check all data", "list", "restore one file"];

    public static async Task<int> RunAsync(CompareOptions options)
    {
        BackupTool[] tools = [.. options.Tools.Select(name => Make(name, options))];
        BorrowedTree.Return(options.Work);
        Folders.Recreate(options.Work);
        List<string> about = [];
        foreach (BackupTool tool in tools)
        {
            about.Add($"{tool.Title}: {await OutputAsync(tool.Version[0], tool.Version[1..])}");
        }

        about.Add($"{Environment.ProcessorCount} processors, {await OutputAsync("uname", "-sr")}, {DateTime.Now:yyyy-MM-dd}, {options.Rounds} rounds");
        about.ForEach(Console.WriteLine);
        List<Measurement> all = [];
        for (int round = 1; round <= options.Rounds; round++)
        {
            foreach (BackupTool tool in tools)
            {
                Console.WriteLine($"round {round}: {tool.Name}");
                await RunToolAsync(tool, Path.Combine(options.Work, $"{round}-{tool.Name}"), options, all);
            }
        }

        string table = Table(tools, all);
        Console.WriteLine();
        Console.WriteLine(table);
        if (options.Json is not null)
        {
            await File.WriteAllTextAsync(options.Json, JsonSerializer.Serialize(new { about, measurements = all }, new JsonSerializerOptions { WriteIndented = true }));
        }

        // Only now: a file system that has just deleted much is slow to make new files for whoever comes next.
        Directory.Delete(options.Work, true);
        return 0;
    }

    private static BackupTool Make(string name, CompareOptions options) => name switch
    {
        "vt" => new VtTool(options.Vt, true),
        "vt-plain" => new VtTool(options.Vt, false),
        "restic" => new ResticTool(),
        "borg" => new BorgTool(),
        _ => throw new ArgumentException($"There is no tool '{name}'. Use vt, vt-plain, restic, borg."),
    };

    private static async Task RunToolAsync(BackupTool tool, string home, CompareOptions options, List<Measurement> all)
    {
        Directory.CreateDirectory(home);
        string store = Path.Combine(home, "store");
        string small = SmallFile(options.Old, options.New);
        await TimeAsync(tool, home, store, "create", tool.Create(store), home, null);

        // Every tool sees one path whose content changes from the old version to the new one.
        string tree;
        using (BorrowedTree old = new(options.Old, options.Work))
        {
            tree = old.Path;
            Warm(tree);
            await TimeAsync(tool, home, store, Steps[0], tool.Backup(store, tree), home, all);
            await TimeAsync(tool, home, store, Steps[1], tool.Backup(store, tree), home, all);
        }

        using (new BorrowedTree(options.New, options.Work))
        {
            Warm(tree);
            await TimeAsync(tool, home, store, Steps[2], tool.Backup(store, tree), home, all);
        }

        string target = Path.Combine(home, "restored");
        Directory.CreateDirectory(target);
        await TimeAsync(tool, home, store, Steps[3], tool.Restore(store, tree, target), target, all);
        await TimeAsync(tool, home, store, Steps[4], tool.Check(store), home, all);
        await TimeAsync(tool, home, store, Steps[5], tool.List(store), home, all);
        target = Path.Combine(home, "restored one");
        Directory.CreateDirectory(target);
        await TimeAsync(tool, home, store, Steps[6], tool.RestoreOne(store, tree, small, target), target, all);
        if (!Directory.EnumerateFiles(target, Path.GetFileName(small), SearchOption.AllDirectories).Any())
        {
            throw new InvalidOperationException($"{tool.Name} did not restore '{small}'.");
        }
    }

    private static async Task TimeAsync(BackupTool tool, string home, string store, string step, string[] command, string folder, List<Measurement>? all)
    {
        TimedCommand run = await TimedCommand.RunAsync(command, folder, tool.Environment(home));
        Measurement measured = new(tool.Title, step, run.Wall, run.Cpu, run.PeakMegabytes, Folders.SizeOf(store) / 1e6);
        all?.Add(measured);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {step}: {measured.Wall:0.00} s"));
    }

    /// <summary>Each step of each tool, and its wall time against every tool that is not VtPS.</summary>
    private static string Table(BackupTool[] tools, List<Measurement> all)
    {
        BackupTool[] others = [.. tools.Where(tool => tool is not VtTool)];
        StringBuilder table = new("| step | tool | wall s, median (least-most) | CPU s | peak MB | Store MB |");
        table.AppendJoin(null, others.Select(other => $" wall against {other.Title} |")).Append("\n|---|---|---|---|---|---|");
        table.AppendJoin(null, others.Select(_ => "---|")).AppendLine();
        foreach (string step in Steps)
        {
            foreach (BackupTool tool in tools)
            {
                Measurement[] own = [.. all.Where(m => m.Step == step && m.Tool == tool.Title)];
                double wall = Median(own.Select(m => m.Wall));
                table.Append(CultureInfo.InvariantCulture, $"| {step} | {tool.Title} | {wall:0.00} ({own.Min(m => m.Wall):0.00}-{own.Max(m => m.Wall):0.00}) | {Median(own.Select(m => m.Cpu)):0.00} | {Median(own.Select(m => m.PeakMegabytes)):0} | {Median(own.Select(m => m.StoreMegabytes)):0.0} |");
                foreach (BackupTool other in others)
                {
                    table.Append(CultureInfo.InvariantCulture, $" {wall / Median(all.Where(m => m.Step == step && m.Tool == other.Title).Select(m => m.Wall)):0.00} |");
                }

                table.AppendLine();
            }
        }

        return table.ToString();
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The first small file that both versions have.</summary>
    private static string SmallFile(string old, string current) =>
        Folders.FilesIn(current)
            .Where(file => new FileInfo(file).Length is > 1000 and < 20000)
            .Select(file => Path.GetRelativePath(current, file))
            .Order(StringComparer.Ordinal)
            .First(file => File.Exists(Path.Combine(old, file)));

    private static void Warm(string tree)
    {
        byte[] buffer = new byte[1 << 20];
        foreach (string file in Folders.FilesIn(tree))
        {
            using FileStream stream = File.OpenRead(file);
            while (stream.Read(buffer) > 0)
            {
            }
        }
    }

    private static async Task<string> OutputAsync(string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!;
        string text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text.Trim().Split('\n')[0];
    }
}
