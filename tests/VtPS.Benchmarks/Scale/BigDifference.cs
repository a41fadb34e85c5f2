using System.Diagnostics;
using System.Globalization;
using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;
using VtPS.Engine.Stores;
using VtPS.Sqlite;

namespace VtPS.Benchmarks.Scale;

/// <summary>
/// Two Stores of a million made-up blocks that differ in a hundred, one of them served by <c>vt serve</c> at a UNIX socket: how long it takes, and how many bytes, to find these.
/// </summary>
internal static class BigDifference
{
    private const int Blocks = 1_000_000;
    private const int OnEachSide = 50;

    public static async Task<int> RunAsync(ScaleOptions options)
    {
        Folders.Recreate(options.Work);
        StoreAddress here = new(Path.Combine(options.Work, "here"));
        StoreAddress there = new(Path.Combine(options.Work, "there"));
        await HollowStore.MakeAsync(here, HollowStore.Draw(1, Blocks));
        await HollowStore.MakeAsync(there, HollowStore.Draw(1, Blocks - OnEachSide).Concat(HollowStore.Draw(2, OnEachSide)));
        string socket = Path.Combine(options.Work, "socket");
        ProcessStartInfo start = new(options.Vt, ["serve", "--socket", socket, "--store", there.Location]);
        foreach ((string name, string value) in options.Environment)
        {
            start.Environment[name] = value;
        }

        using Process service = Process.Start(start)!;
        try
        {
            SqliteBlockIndexFactory indexes = new(Path.Combine(options.Work, "cache-here"));
            for (int round = 0; round < 4; round++)
            {
                await CompareAsync(here, socket, indexes, round == 0 ? "indexes built from the trailers" : "indexes ready");
            }
        }
        finally
        {
            service.Kill();
            await service.WaitForExitAsync();
        }

        Directory.Delete(options.Work, true);
        return 0;
    }

    private static async Task CompareAsync(StoreAddress here, string socket, SqliteBlockIndexFactory indexes, string how)
    {
        while (!File.Exists(socket))
        {
            await Task.Delay(50);
        }

        PeerAddress.TryParse("unix://" + socket, false, out PeerAddress? address);
        long begun = Stopwatch.GetTimestamp();
        Task<RemoteBlocks> connecting = Task.Run(() => RemoteBlocks.ConnectAsync(address!.Connect(), address.Store, CancellationToken.None));
        await using StoreSession session = await StoreSession.OpenAsync(here, indexes, CancellationToken.None);
        await using RemoteBlocks remote = await connecting;
        double opened = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        (List<VtHash> onlyHere, List<VtHash> onlyThere) =
            await BlockComparison.RunAsync(Task.Run(() => SortedHashes.Read(session.Index, session.Config.HashName)), remote, CancellationToken.None);
        double all = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        if (onlyHere.Count != OnEachSide || onlyThere.Count != OnEachSide)
        {
            throw new InvalidOperationException($"{onlyHere.Count} and {onlyThere.Count} were found.");
        }

        PeerStatistics wire = remote.Statistics;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{how}: {all:0.00} s, of which {opened:0.00} s to open both; {wire.BytesSent} bytes there, {wire.BytesReceived} back, {wire.RoundTrips} round trips"));
    }
}
