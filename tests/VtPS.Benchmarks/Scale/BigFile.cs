using System.Globalization;

namespace VtPS.Benchmarks.Scale;

/// <summary>One file of 4 GB that does not compress: its first backup, again after its time changed, and a copy under another name.</summary>
internal static class BigFile
{
    private const long Length = 4_000_000_000;

    public static async Task<int> RunAsync(ScaleOptions options)
    {
        Folders.Recreate(options.Work);
        string tree = Path.Combine(options.Work, "tree");
        string store = Path.Combine(options.Work, "store");
        Directory.CreateDirectory(tree);
        string file = Path.Combine(tree, "file");
        Write(file);
        Warm(file);
        await options.VtAsync("init", "--store", store);
        Show("first backup", await options.VtAsync("backup", tree, "--store", store), store);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow);

        // A file that was changed within the second is read again by the next run, too: the copy is to be read alone.
        await Task.Delay(TimeSpan.FromSeconds(3));
        Show("after touch", await options.VtAsync("backup", tree, "--store", store), store);
        string copy = Path.Combine(tree, "copy");
        File.Copy(file, copy);
        Warm(copy);
        Show("a copy beside it", await options.VtAsync("backup", tree, "--store", store), store);
        string target = Path.Combine(options.Work, "target");
        File.Delete(copy);
        Show("restore of both", await options.VtAsync("restore", "latest", "--to", target, "--store", store), store, 2);
        Show("verify --data", await options.VtAsync("verify", "--data", "--store", store), store);
        Directory.Delete(options.Work, true);
        return 0;
    }

    private static void Show(string step, TimedCommand run, string store, int files = 1) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{step,-20} {run.Wall,6:0.00} s wall {run.Cpu,6:0.00} s CPU {run.PeakMegabytes,5:0} MB peak {files * Length / 1e9 / run.Wall,6:0.00} GB/s   Store {Folders.SizeOf(store) / 1e6:0.0} MB"));

    private static void Write(string file)
    {
        Random random = new(1);
        byte[] buffer = new byte[1_000_000];
        using FileStream stream = File.Create(file);
        for (long at = 0; at < Length; at += buffer.Length)
        {
            random.NextBytes(buffer);
            stream.Write(buffer);
        }
    }

    private static void Warm(string file)
    {
        using FileStream stream = File.OpenRead(file);
        stream.CopyTo(Stream.Null, 1 << 20);
    }
}
