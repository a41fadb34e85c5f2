using System.Globalization;

namespace VtPS.Benchmarks.Scale;

/// <summary>A backup of 10,000 small files to a Store at the other end of a pipe, without delay and with 25 ms each way.</summary>
internal static class Latency
{
    /// <summary>A hundred files in each.</summary>
    private const int FileFolders = 100;

    private const int Rounds = 3;

    public static async Task<int> RunAsync(ScaleOptions options)
    {
        Folders.Recreate(options.Work);
        string tree = Path.Combine(options.Work, "tree");
        ManyFiles.Write(tree, FileFolders);
        for (int round = 0; round < Rounds; round++)
        {
            foreach (int delay in (int[])[0, 25])
            {
                string store = Path.Combine(options.Work, $"store-{round}-{delay}");
                await options.VtAsync("init", "--store", store);
                string relay = $"!{Self()} delay {delay} \"'{options.Vt}' serve --stdio --store '{store}'\"";
                TimedCommand first = await options.VtAsync("backup", tree, "--store", relay);
                TimedCommand second = await options.VtAsync("backup", tree, "--store", relay);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{2 * delay} ms a round trip: first backup {first.Wall:0.00} s, unchanged {second.Wall:0.00} s"));
            }
        }

        Directory.Delete(options.Work, true);
        return 0;
    }

    /// <summary>This program, for the shell.</summary>
    private static string Self() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? $"'{Environment.ProcessPath}' '{typeof(Latency).Assembly.Location}'"
        : $"'{Environment.ProcessPath}'";
}
