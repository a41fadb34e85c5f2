using System.Diagnostics;
using System.Globalization;
using VtPS.Engine.Stores;
using VtPS.Sqlite;

namespace VtPS.Benchmarks.Scale;

/// <summary>
/// An index of ten million made-up blocks: rebuilt from the trailers of real data files (whose records hold nothing), made ready again, and asked.
/// </summary>
internal static class BigIndex
{
    private const int Files = 1_540;
    private const long Blocks = (long)Files * HollowStore.BlocksInFile;
    private const int Lookups = 1_000_000;

    public static async Task<int> RunAsync(ScaleOptions options)
    {
        Folders.Recreate(options.Work);
        StoreAddress address = new(Path.Combine(options.Work, "store"));
        await HollowStore.MakeAsync(address, HollowStore.Draw(1, Blocks));
        VtHash[] present = [.. HollowStore.Draw(1, Blocks).Where((_, number) => number % (Blocks / Lookups) == 0).Take(Lookups)];
        new Random(1).Shuffle(present);
        VtHash[] absent = [.. HollowStore.Draw(2, Lookups)];
        SqliteBlockIndexFactory indexes = new(Path.Combine(options.Work, "cache"));

        long start = Stopwatch.GetTimestamp();
        await using (await StoreSession.OpenAsync(address, indexes, CancellationToken.None))
        {
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Show($"rebuilt from the trailers: {seconds:0.00} s, {Blocks / seconds:0} blocks/s");
        }

        for (int round = 0; round < 3; round++)
        {
            long memory = GC.GetTotalMemory(true);
            start = Stopwatch.GetTimestamp();
            await using StoreSession session = await StoreSession.OpenAsync(address, indexes, CancellationToken.None);

            // The first look-up loads what the index keeps in memory: ready is who has answered it.
            if (session.Index.Contains(absent[0]))
            {
                throw new InvalidOperationException("The index has a block that nobody made.");
            }

            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double bytes = (double)(GC.GetTotalMemory(true) - memory) / Blocks;
            Show($"ready again: {seconds:0.00} s, {bytes:0.0} bytes a block in memory; {Ask(session.Index, present, true):0} look-ups/s of present blocks, {Ask(session.Index, absent, false):0} of absent ones");
        }

        Directory.Delete(options.Work, true);
        return 0;
    }

    private static void Show(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>Look-ups a second, on one thread.</summary>
    private static double Ask(IBlockIndex index, VtHash[] hashes, bool there)
    {
        long start = Stopwatch.GetTimestamp();
        foreach (VtHash hash in hashes)
        {
            if (index.Contains(hash) != there)
            {
                throw new InvalidOperationException($"The index is wrong about {hash}.");
            }
        }

        return hashes.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
