using System.Diagnostics;
using System.Globalization;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Sqlite;

namespace VtPS.Benchmarks.Scale;

/// <summary>
/// An index of ten million made-up blocks: rebuilt from the trailers of real data files (whose records hold nothing), made ready again, and asked.
/// </summary>
internal static class BigIndex
{
    private const int Files = 1_540;
    private const int BlocksInRecord = 100;
    private const int RecordsInFile = 65;
    private const long Blocks = (long)Files * RecordsInFile * BlocksInRecord;
    private const int Lookups = 1_000_000;

    public static async Task<int> RunAsync(ScaleOptions options)
    {
        Folders.Recreate(options.Work);
        StoreAddress address = new(Path.Combine(options.Work, "store"));
        await StoreCreation.CreateAsync(new CreateStoreRequest { Address = address }, NullObserver.Instance, CancellationToken.None);
        VtHash[] present = await MakeAsync(address);
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
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double bytes = (double)(GC.GetTotalMemory(true) - memory) / Blocks;
            Show($"ready again: {seconds:0.00} s, {bytes:0.0} bytes a block in memory; {Ask(session.Index, present, true):0} look-ups/s of present blocks, {Ask(session.Index, Absent(), false):0} of absent ones");
        }

        Directory.Delete(options.Work, true);
        return 0;
    }

    private static void Show(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>Writes the data files, and returns a sample of their blocks in no order.</summary>
    private static async Task<VtHash[]> MakeAsync(StoreAddress address)
    {
        Random random = new(1);
        VtHash[] sample = new VtHash[Lookups];
        await using IObjectStorage storage = await StorageLocator.OpenExistingAsync(address, CancellationToken.None);
        for (int file = 0, number = 0; file < Files; file++)
        {
            await using DataFileWriter writer = await DataFileWriter.BeginAsync(storage, VtHashName.Sha256, DataFileContent.Files, DataFileId.New(), PlainFileSeals.Instance, CancellationToken.None);
            for (int record = 0; record < RecordsInFile; record++)
            {
                List<(VtHash, int)> blocks = new(BlocksInRecord);
                for (int block = 0; block < BlocksInRecord; block++, number++)
                {
                    blocks.Add((Draw(random), 10_000));
                    if (number % (Blocks / Lookups) == 0 && number / (Blocks / Lookups) < Lookups)
                    {
                        sample[number / (Blocks / Lookups)] = blocks[^1].Item1;
                    }
                }

                await writer.AppendAsync(new byte[DataFileFormat.PrefixLength + 64 + writer.Shape.TailLength], blocks, CancellationToken.None);
            }

            await writer.SealAsync(CancellationToken.None);
        }

        random.Shuffle(sample);
        return sample;
    }

    private static VtHash[] Absent()
    {
        Random random = new(2);
        VtHash[] hashes = new VtHash[Lookups];
        for (int i = 0; i < hashes.Length; i++)
        {
            hashes[i] = Draw(random);
        }

        return hashes;
    }

    private static VtHash Draw(Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        return new VtHash(VtHashName.Sha256, bytes);
    }

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
