using System.Diagnostics;
using System.Globalization;
using VtPS.Engine.Operations;
using VtPS.Engine.Sync;

namespace VtPS.Engine.Tests.Sync;

/// <summary>This assembly, run as a program that syncs two folders, for tests that kill it. It says so when it begins.</summary>
internal static class SyncWorker
{
    /// <param name="path">The root of a tree.</param>
    /// <param name="peer">The root of the other.</param>
    /// <param name="last">After so many actions it kills itself; 0: never.</param>
    public static async Task<int> RunAsync(string path, string peer, string last)
    {
        int left = int.Parse(last, CultureInfo.InvariantCulture);
        void Count()
        {
            if (--left == 0)
            {
                using Process process = Process.GetCurrentProcess();
                process.Kill();
                Thread.Sleep(Timeout.Infinite);
            }
        }

        await Console.Out.WriteLineAsync("begins");
        await using SyncOperation sync = SyncOperation.Of(
            new SyncRequest { Path = path, Peer = peer, MaximumDelete = 10_000 },
            new LocalPeer(path, readOnly: false, compress: false, SyncWorld.Indexes, NullObserver.Instance) { OnAction = Count },
            new LocalPeer(peer, readOnly: false, compress: false, SyncWorld.Indexes, NullObserver.Instance) { OnAction = Count },
            NullObserver.Instance);
        await sync.PlanAsync(default);
        return (await sync.RunAsync(null, default)).Status == VtBackupStatus.Complete ? 0 : 3;
    }
}
