using VtPS.Engine.IO;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>Restores backups and parts of them.</summary>
internal static class RestoreOperation
{
    /// <summary>Counts what would be restored. (<see cref="RestoreRequest.Rename"/> is not asked: what it would leave out is counted.)</summary>
    /// <exception cref="VtException">ItemNotFound; DestinationConflict; InvalidArgument for options that exclude each other.</exception>
    public static Task<RestorePlan> PlanAsync(StoreSession store, RestoreRequest request, CancellationToken cancellationToken) =>
        PlanAsync(store.Trees, request, cancellationToken);

    /// <summary>
    /// Restores. Errors about single items (DestinationDiffers, DestinationDenied, DestinationWriteFailed, UnsafePath, BlockNotFound, BlockDamaged) go to the observer.
    /// A cancelled restore leaves no unfinished file behind and throws OperationCanceledException. One that ended itself (a full destination, or damage
    /// with <see cref="OnDamage.Stop"/>) has reported why, and returns what was done until then.
    /// </summary>
    /// <exception cref="VtException">ItemNotFound, DestinationConflict, InvalidArgument, DestinationDenied for the destination itself, StoreReadFailed.</exception>
    public static Task<VtRestoreResult> RunAsync(StoreSession store, RestoreRequest request, IOperationObserver observer, CancellationToken cancellationToken) =>
        new RestoreRun(store.Trees, store.Blocks.HashName, store.Info.Path, request, observer).RunAsync(cancellationToken);

    internal static async Task<RestorePlan> PlanAsync(ITreeReader trees, RestoreRequest request, CancellationToken cancellationToken)
    {
        RestoreRun.Check(request);
        List<SelectedTree> selected = SelectedTree.Create(request);
        RestorePlanner planner = new(trees, request);
        foreach (SelectedTree tree in selected)
        {
            await planner.WalkAsync(tree, true, RestoreRun.MayConflict(request, selected), null, cancellationToken).ConfigureAwait(false);
        }

        return planner.Plan;
    }
}
