using VtPS.Engine.Operations;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Backups;

/// <summary>Makes backups.</summary>
internal static class BackupOperation
{
    /// <summary>Finds what a run would do; writes nothing anywhere but the index cache.</summary>
    public static Task<BackupPlan> PlanAsync(StoreSession store, BackupRequest request, IOperationObserver observer, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>
    /// Makes a backup. A cancelled run seals an Interrupted backup of what is done and returns it
    /// (its status says so); it never throws OperationCanceledException once the lease is put.
    /// </summary>
    /// <exception cref="VtException">PathNotFound for a path given that is not there, PathNameClash, BackupNotFound for a base, StoreFull, StoreWriteFailed, InvalidArgument.</exception>
    public static Task<VtBackup> RunAsync(StoreSession store, BackupRequest request, IOperationObserver observer, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
