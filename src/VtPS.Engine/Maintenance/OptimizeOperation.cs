using System.Diagnostics;
using VtPS.Engine.Backups;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>Frees the space of what no backup needs, while backups, restores and other optimize runs go on.</summary>
internal static class OptimizeOperation
{
    /// <summary>Giving up, deleting, and what rewriting leaves over: a fourth pass finds nothing to do.</summary>
    private const int MaximumPasses = 6;

    /// <summary>Optimizes. What stands in the way of deleting anything ends the run with an error before it deletes.</summary>
    /// <exception cref="VtException">BlockDamaged, BlockNotFound, DataFileDamaged, InvalidArgument (no backup at all), StoreReadFailed, StoreWriteFailed, StoreFull.</exception>
    public static async Task<VtOptimizeResult> RunAsync(
        StoreSession store, OptimizeRequest request, ILeaseMemory memory, IOperationObserver observer, CancellationToken cancellationToken)
    {
        if (request.Rekey && store.Keys is null)
        {
            throw new VtException(VtErrorId.InvalidArgument, $"The Store at '{store.Info.Path}' is not encrypted: there is no key to rewrite it under. Leave -Rekey (--rekey) out.", store.Info.Path);
        }

        long started = Stopwatch.GetTimestamp();
        OptimizeCounters counters = new();
        using ProgressMeter progress = new(observer, "Optimizing");
        for (int i = 0; i < MaximumPasses; i++)
        {
            if (!request.DryRun)
            {
                counters.LeasesBuried += await LeaseBook.BuryDeadAsync(store.Storage, memory, request.GracePeriod, cancellationToken).ConfigureAwait(false);
            }

            OptimizePass pass = new(store, request, counters);
            await pass.RunAsync(cancellationToken).ConfigureAwait(false);
            progress.AddItem();
            if (request.DryRun || pass.LeasesStood || !pass.DidSomething)
            {
                break;
            }
        }

        bool rekeyed = request.Rekey && !request.DryRun && await RekeyCompletion.TryFinishAsync(store, cancellationToken).ConfigureAwait(false);
        if (!request.DryRun)
        {
            // What a removal that was cut short left behind.
            await RemoveBackupOperation.SweepAsync(store, cancellationToken).ConfigureAwait(false);
            await store.RefreshAsync(cancellationToken).ConfigureAwait(false);
        }

        return new VtOptimizeResult
        {
            Store = store.Info.Path,
            StoreId = store.Info.StoreId,
            BackupCount = counters.Backups,
            BlocksNeeded = counters.BlocksNeeded,
            BlocksUnneeded = counters.BlocksUnneeded,
            DataFilesDeleted = counters.DataFilesDeleted,
            DataFilesGivenUp = Math.Max(0, counters.DataFilesGivenUp - (request.DryRun ? 0 : counters.DataFilesDeleted)),
            DataFilesWritten = counters.DataFilesWritten,
            BytesDeleted = counters.BytesDeleted,
            BytesGivenUp = Math.Max(0, counters.BytesGivenUp - (request.DryRun ? 0 : counters.BytesDeleted)),
            BytesWritten = counters.BytesWritten,
            LeasesBuried = counters.LeasesBuried,
            LeasesStanding = counters.LeasesStanding,
            RekeyFinished = rekeyed,
            Duration = Stopwatch.GetElapsedTime(started),
        };
    }
}
