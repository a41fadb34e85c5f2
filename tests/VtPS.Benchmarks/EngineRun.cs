using System.Diagnostics;
using System.Globalization;
using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Sqlite;

namespace VtPS.Benchmarks;

/// <summary>Backups by the engine alone, to compare what surfaces add: prints the seconds of the last from opening the Store to its end.</summary>
internal static class EngineRun
{
    public static async Task<int> RunAsync(string tree, string store, string cache, int runs)
    {
        StoreAddress address = new(Path.GetFullPath(store));
        if (!Directory.Exists(address.Location))
        {
            await StoreCreation.CreateAsync(new CreateStoreRequest { Address = address }, NullObserver.Instance, CancellationToken.None);
        }

        TimeSpan last = TimeSpan.Zero;
        for (int run = 0; run < runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            await using (StoreSession session = await StoreSession.OpenAsync(address, new SqliteBlockIndexFactory(Path.GetFullPath(cache)), CancellationToken.None))
            {
                BackupRequest request = new() { Paths = One(Encoding.UTF8.GetBytes(Path.GetFullPath(tree))) };
                await BackupOperation.RunAsync(session, request, NullObserver.Instance, CancellationToken.None);
            }

            last = Stopwatch.GetElapsedTime(start);
        }

        Console.WriteLine(last.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture));
        return 0;
    }

    private static async IAsyncEnumerable<byte[]> One(byte[] path)
    {
        await Task.CompletedTask;
        yield return path;
    }
}
