using VtPS.Engine.Backups;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Copies;

/// <summary>
/// Copies backups from one Store to another, whatever their codecs, keys and chunk sizes are: block by block as they are, so that references, root and id stay the
/// same. What the destination has is not sent, and a copy that was cut short goes on where it was.
/// </summary>
internal static class CopyBackupOperation
{
    /// <summary>
    /// Finds what a copy would do, by the look that each session has of its Store; writes nothing. One backup after the other: what an earlier one brings a later one
    /// need not. Backups that could not be copied are told to the observer and left out. Takes about 50 bytes of memory for each missing block.
    /// </summary>
    /// <exception cref="VtException">StoreMismatch, StoreReadFailed.</exception>
    public static async Task<List<CopyPlan>> PlanAsync(
        StoreSession source, StoreSession destination, CopyBackupRequest request, IOperationObserver observer, CancellationToken cancellationToken)
    {
        Check(source, destination);
        CopyCatalog catalog = await CopyCatalog.ReadAsync(source, destination, observer, cancellationToken).ConfigureAwait(false);
        PlanSink sink = new();
        List<CopyPlan> plans = [];
        foreach (VtBackup backup in request.Backups)
        {
            try
            {
                RecordCopy record = await catalog.ReadRecordAsync(backup.Id, cancellationToken).ConfigureAwait(false);
                (long blocks, long bytes) = (sink.Blocks, sink.Bytes);
                TreeDifference difference = new(source, hash => destination.Index.Contains(hash) || sink.Has(hash), destination.Index.IsCompleteBelow, sink);
                await catalog.GuardAsync(record.Backup, () => difference.WalkAsync(record.Backup, cancellationToken), cancellationToken).ConfigureAwait(false);
                plans.Add(new CopyPlan(record.Backup, record.IsThere && sink.Blocks == blocks, sink.Blocks - blocks, sink.Bytes - bytes));
            }
            catch (VtException e) when (IsOfOneBackup(e))
            {
                observer.OnError(new VtError(e.ErrorId, e.Message, e.Target, e));
            }
        }

        return plans;
    }

    /// <summary>
    /// Copies backups one after the other. One that cannot be read in the source, or whose id stands for another in the destination, is told to the observer, and the
    /// others go on. When the call is cancelled, what is packed by then is made durable, so that the next copy need not send it again.
    /// </summary>
    /// <exception cref="VtException">StoreMismatch, StoreFull, StoreWriteFailed, StoreReadFailed, PasswordRequired.</exception>
    public static Task<CopyBackupResult> RunAsync(
        StoreSession source, StoreSession destination, CopyBackupRequest request, IOperationObserver observer, CancellationToken cancellationToken) =>
        RunAsync(source, Task.FromResult(destination), request, observer, cancellationToken);

    /// <summary>The same to a destination that is still being opened: the source's trees are walked meanwhile.</summary>
    public static async Task<CopyBackupResult> RunAsync(
        StoreSession source, Task<StoreSession> opening, CopyBackupRequest request, IOperationObserver observer, CancellationToken cancellationToken)
    {
        if (request.ThrottleLimit == 1)
        {
            return await RunAsync(source, await opening.WaitAsync(cancellationToken).ConfigureAwait(false), request, null, observer, cancellationToken).ConfigureAwait(false);
        }

        WalkAhead ahead = new(source, request.Backups);
        await using (ahead.ConfigureAwait(false))
        {
            if (!opening.IsCompleted)
            {
                ahead.Start();
            }

            return await RunAsync(source, await opening.WaitAsync(cancellationToken).ConfigureAwait(false), request, ahead, observer, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether an error concerns one backup, and the others can go on.</summary>
    public static bool IsOfOneBackup(VtException error) =>
        error.InnerException is UnreadableBackupException || error.ErrorId is VtErrorId.BackupNotFound or VtErrorId.BlockDamaged or VtErrorId.DestinationDiffers;

    private static async Task<CopyBackupResult> RunAsync(
        StoreSession source, StoreSession destination, CopyBackupRequest request, WalkAhead? ahead, IOperationObserver observer, CancellationToken cancellationToken)
    {
        Check(source, destination);
        CopyCatalog catalog = await CopyCatalog.ReadAsync(source, destination, observer, cancellationToken).ConfigureAwait(false);
        using ProgressMeter progress = new(observer, request.Move ? "Moving" : "Copying");
        CopyMeter meter = new(progress);
        List<CopiedBackup> done = [];
        int failed = 0;
        BackupCopier copier = new(source, destination, catalog, request, ahead, meter, observer);
        await using (copier.ConfigureAwait(false))
        {
            meter.Expect(request.Backups);
            foreach (VtBackup backup in request.Backups)
            {
                meter.Begin(backup);
                try
                {
                    CopiedBackup copied = await copier.CopyAsync(backup.Id, cancellationToken).ConfigureAwait(false);
                    failed += request.Move && !copied.Moved ? 1 : 0;
                    done.Add(copied);
                    request.OnCopied?.Invoke(copied);
                }
                catch (VtException e) when (IsOfOneBackup(e))
                {
                    failed++;
                    observer.OnError(new VtError(e.ErrorId, e.Message, e.Target, e));
                }

                meter.End();
            }

            return new CopyBackupResult(done, failed, copier.BytesStored);
        }
    }

    private static void Check(StoreSession source, StoreSession destination)
    {
        if (source.Info.StoreId == destination.Info.StoreId)
        {
            throw new VtException(
                VtErrorId.StoreMismatch,
                source.Info.Path == destination.Info.Path
                    ? $"Source and destination are the same Store, '{source.Info.Path}'. Name another one."
                    : $"'{source.Info.Path}' and '{destination.Info.Path}' have the same id: one is a copy of the other's folder, and a client cannot keep apart what it knows of them. Copy to a Store of its own, as New-VtStore (vt init) makes it.",
                destination.Info.Path);
        }

        if (source.Config.HashName != destination.Config.HashName)
        {
            throw new VtException(
                VtErrorId.StoreMismatch,
                $"'{source.Info.Path}' names its blocks by {source.Info.HashName} and '{destination.Info.Path}' by {destination.Info.HashName}: the blocks of a backup would all have other names there, and it would not be the same. Copy to a Store with the same hash function (New-VtStore -HashName {source.Info.HashName}), or restore the backup and back that up.",
                destination.Info.Path);
        }
    }
}
