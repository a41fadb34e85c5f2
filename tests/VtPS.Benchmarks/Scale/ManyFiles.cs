using System.Globalization;

namespace VtPS.Benchmarks.Scale;

/// <summary>Files of 1 KB, a hundred in a folder: 100,000 and 1,000,000 of them, backed up and backed up again.</summary>
internal static class ManyFiles
{
    private const int FilesInFolder = 100;

    public static async Task<int> RunAsync(ScaleOptions options)
    {
        double start = await StartAsync(options);
        foreach (int folders in (int[])[1_000, 10_000])
        {
            Folders.Recreate(options.Work);
            string tree = Path.Combine(options.Work, "tree");
            string store = Path.Combine(options.Work, "store");
            Write(tree, folders);
            await options.VtAsync("init", "--store", store);
            Show("first backup", await options.VtAsync("backup", tree, "--store", store), folders, store, start);
            Show("unchanged", await options.VtAsync("backup", tree, "--store", store), folders, store, start);
            Show("unchanged", await options.VtAsync("backup", tree, "--store", store), folders, store, start);
        }

        Directory.Delete(options.Work, true);
        return 0;
    }

    /// <summary>What a run costs that finds nothing, in seconds: the least of five.</summary>
    private static async Task<double> StartAsync(ScaleOptions options)
    {
        Folders.Recreate(options.Work);
        string tree = Path.Combine(options.Work, "tree");
        string store = Path.Combine(options.Work, "store");
        Directory.CreateDirectory(tree);
        await options.VtAsync("init", "--store", store);
        double least = double.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            least = Math.Min(least, (await options.VtAsync("backup", tree, "--store", store)).Wall);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"        0 files  {least,6:0.00} s wall"));
        return least;
    }

    private static void Show(string step, TimedCommand run, int folders, string store, double start)
    {
        long files = (long)folders * FilesInFolder;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{files,9} files  {step,-14} {run.Wall,6:0.00} s wall {run.Cpu,6:0.00} s CPU {run.PeakMegabytes,5:0} MB peak {files / run.Wall,8:0} files/s {(run.Wall - start) * 1e6 / files,6:0.00} µs a file beyond the start   Store {Folders.SizeOf(store) / 1e6:0.0} MB"));
    }

    /// <summary>Writes so many folders of files.</summary>
    public static void Write(string tree, int folders)
    {
        Random random = new(1);
        byte[] content = new byte[1000];
        for (int folder = 0; folder < folders; folder++)
        {
            string path = Path.Combine(tree, (folder / 100).ToString("d3", CultureInfo.InvariantCulture), (folder % 100).ToString("d2", CultureInfo.InvariantCulture));
            Directory.CreateDirectory(path);
            for (int file = 0; file < FilesInFolder; file++)
            {
                random.NextBytes(content);
                File.WriteAllBytes(Path.Combine(path, $"file-{file:d2}"), content);
            }
        }
    }
}
