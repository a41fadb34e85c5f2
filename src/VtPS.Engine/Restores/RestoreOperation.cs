using VtPS.Engine.Operations;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Restores;

/// <summary>Restores backups and parts of them.</summary>
internal static class RestoreOperation
{
    /// <summary>Counts what would be restored.</summary>
    /// <exception cref="VtException">ItemNotFound.</exception>
    public static Task<RestorePlan> PlanAsync(StoreSession store, RestoreRequest request, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>
    /// Restores. Errors about single items (DestinationDiffers, DestinationDenied, DestinationWriteFailed, UnsafePath, BlockNotFound, BlockDamaged) go to the observer.
    /// A cancelled restore leaves no unfinished file behind and throws OperationCanceledException.
    /// </summary>
    /// <exception cref="VtException">ItemNotFound, DestinationConflict, PathNameClash, DestinationDenied for the destination itself, StoreFull never.</exception>
    public static Task<VtRestoreResult> RunAsync(StoreSession store, RestoreRequest request, IOperationObserver observer, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
