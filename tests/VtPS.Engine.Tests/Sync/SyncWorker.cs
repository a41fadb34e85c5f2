using VtPS.Engine.Operations;
using VtPS.Engine.Sync;

namespace VtPS.Engine.Tests.Sync;

/// <summary>This assembly, run as a program that syncs two folders, for tests that kill it.</summary>
internal static class SyncWorker
{
    public static async Task<int> RunAsync(string path, string peer)
    {
        await using SyncOperation sync = await SyncOperation.OpenAsync(new SyncRequest { Path = path, Peer = peer, MaximumDelete = 10_000 }, SyncWorld.Indexes, NullObserver.Instance, default);
        await sync.PlanAsync(default);
        return (await sync.RunAsync(null, default)).Status == VtBackupStatus.Complete ? 0 : 3;
    }
}
