using VtPS.Engine.Blocks;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Backups;

/// <summary>
/// One backup from its lease to its commit: passes over the sources, checkpoints, the record, and what follows when the lease was buried meanwhile.
/// </summary>
internal sealed class BackupSession(
    StoreSession store, StoreWriter writer, BackupRequest request, SourcePlan? sources, string host, string subset, Task<List<VtBackup>>? history, IOperationObserver observer)
{
    private readonly DateTime _started = DateTime.UtcNow;
    private readonly SemaphoreSlim _committing = new(1, 1);
    private string? _committed;
    private List<BaseBackup> _bases = [];

    public async Task<VtBackup> RunAsync(CancellationToken cancellationToken)
    {
        VtBackup backup = await PassAsync(request.BaseIds, cancellationToken).ConfigureAwait(false);

        // Step 6: success may be reported only if the lease stood until after the commit. Else everything the backup stands on may have been deleted
        // meanwhile: take a new lease, look at every block again, and read the sources again if one is missing.
        while (store.Rules.LookAtLease && !await writer.LeaseStandsAsync().ConfigureAwait(false))
        {
            observer.OnWarning("This run was taken for dead and its lease was buried: what it stored is checked again.");
            backup = await UpholdAsync(backup, cancellationToken).ConfigureAwait(false);
        }

        // Only now: what was looked up under a buried lease may be gone, and a flag set for it would spare the next look.
        MarkComplete(backup);
        return backup;
    }

    /// <summary>After a burial: the backup, if every block of it is there under a new lease, or one made anew from the sources. What cannot be upheld is withdrawn.</summary>
    private async Task<VtBackup> UpholdAsync(VtBackup backup, CancellationToken cancellationToken)
    {
        try
        {
            await writer.RenewAsync().ConfigureAwait(false);
            if (await TreePresence.HasBackupAsync(writer, backup).ConfigureAwait(false))
            {
                return backup;
            }

            return sources is not null
                ? await PassAsync([backup.Id], cancellationToken).ConfigureAwait(false)
                : throw new VtException(VtErrorId.StoreWriteFailed, $"Blocks of backup {backup.Id} were deleted while it ran, and its stream cannot be read again. The backup was withdrawn; run it again.", backup.Id);
        }
        catch
        {
            try
            {
                await WithdrawAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is VtException or IOException)
            {
                // What ended the run says more. The backup stays, damaged perhaps, and was never reported; a check finds it.
            }

            throw;
        }
    }

    private async Task<VtBackup> PassAsync(IReadOnlyList<string>? baseIds, CancellationToken cancellationToken)
    {
        List<BaseBackup> bases = sources is null ? [] : await BaseSelection.ChooseAsync(store, baseIds, host, subset, history, CancellationToken.None).ConfigureAwait(false);
        _bases = bases;
        using ProgressMeter progress = new(observer, "Backing up");
        if (bases.Count > 0)
        {
            VtBackup largest = bases.MaxBy(b => b.Backup.FileCount)!.Backup;
            progress.ItemsTotal = largest.FileCount + largest.DirectoryCount + largest.OtherCount;
            progress.BytesTotal = largest.BytesTotal;
        }

        using BackupRun run = new(store, writer, request, observer, progress, cancellationToken);
        using CancellationTokenSource ended = new();
        Task checkpoints = CheckpointsAsync(run, bases, ended.Token);
        bool inputSucceeded = true;
        try
        {
            if (sources is not null)
            {
                await run.WalkAsync(sources, bases).ConfigureAwait(false);
            }
            else
            {
                await run.ReadStreamAsync(request.Input!, request.InputName!).ConfigureAwait(false);
                inputSucceeded = run.IsStopping || request.InputSucceeded is null || await request.InputSucceeded(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await checkpoints.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        VtBackupStatus status = run.IsStopping || run.Finished is null || !inputSucceeded ? VtBackupStatus.Interrupted
            : run.Counters.Errors > 0 ? VtBackupStatus.CompleteWithErrors
            : VtBackupStatus.Complete;
        return await CommitAsync(run, bases, status).ConfigureAwait(false);
    }

    /// <summary>Puts an Interrupted backup every few minutes, so that a run that dies leaves something to go on from.</summary>
    private async Task CheckpointsAsync(BackupRun run, List<BaseBackup> bases, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                await Task.Delay(request.CheckpointInterval, ended).ConfigureAwait(false);
                await CommitAsync(run, bases, VtBackupStatus.Interrupted).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception e)
        {
            run.Abort(e);
        }
    }

    /// <summary>Stores the tree as it is, makes everything durable in its order, puts the record and removes the one before.</summary>
    private async Task<VtBackup> CommitAsync(BackupRun run, List<BaseBackup> bases, VtBackupStatus status)
    {
        await _committing.WaitAsync().ConfigureAwait(false);
        try
        {
            (VtBlockReference content, VtBlockReference sideCar) = run.StoreUnfinished();
            await writer.FlushAsync().ConfigureAwait(false);
            VtBackup backup = Describe(run, bases, status, content, sideCar);
            await writer.PutAsync(StoreNames.Backup(backup.Id), BackupRecord.Write(backup)).ConfigureAwait(false);
            try
            {
                await WithdrawAsync().ConfigureAwait(false);
            }
            catch (VtException e) when (e.ErrorId == VtErrorId.PeerRightDenied)
            {
                // Where nothing may be deleted a checkpoint stays: an Interrupted backup, which retention removes one day.
            }

            _committed = backup.Id;
            return backup;
        }
        finally
        {
            _committing.Release();
        }
    }

    /// <summary>Removes what this run put before: a checkpoint, or a backup that could not be upheld.</summary>
    private async Task WithdrawAsync()
    {
        if (_committed is not null)
        {
            await store.Storage.DeleteAsync(StoreNames.Backup(_committed), CancellationToken.None).ConfigureAwait(false);
            _committed = null;
        }
    }

    private VtBackup Describe(BackupRun run, List<BaseBackup> bases, VtBackupStatus status, VtBlockReference content, VtBlockReference sideCar)
    {
        BackupCounters counters = run.Counters;
        (long blocksNew, long dataBlocksNew, long blocksKnown, long bytesNew) = run.Added();
        return new VtBackup
        {
            Id = DataFileId.New().ToString(),
            Store = store.Info.Path,
            StoreId = store.Info.StoreId,
            Origin = store.Info,
            HostName = host,
            UserName = Environment.UserName,
            Subset = subset,
            SourcePath = sources is null ? [] : [.. sources.Paths.Select(p => PathText.Format(request.RecordedRoot is { } recorded ? [.. recorded, .. p.AsSpan(sources.Root!.Length)] : p))],
            SourceRoot = request.RecordedRoot ?? sources?.Root,
            Rules = BackupRules.Of(request),
            Tag = [.. request.Tags.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Comment = string.IsNullOrEmpty(request.Comment) ? null : request.Comment,
            Status = status,
            StartTime = _started.ToLocalTime(),
            EndTime = DateTime.Now,
            Root = content.ToString(),
            SideCar = sideCar,
            BasedOn = [.. bases.Select(b => b.Backup.Id)],
            FileCount = counters.Files,
            DirectoryCount = counters.Directories,
            OtherCount = counters.Others,
            FilesNew = counters.FilesNew,
            FilesChanged = counters.FilesChanged,
            FilesUnchanged = counters.FilesUnchanged,
            FilesChangedWhileRead = counters.ChangedWhileRead,
            ItemsDenied = counters.Denied,
            ItemsVanished = counters.Vanished,
            ItemsFailed = counters.Failed,
            SocketsIgnored = counters.Sockets,
            ItemsExcluded = counters.Excluded,
            MetadataNotCaptured = counters.NotCaptured,
            BytesTotal = counters.BytesTotal,
            BytesRead = counters.BytesRead,
            BytesNew = bytesNew,
            BytesStored = writer.BytesStored,
            BlocksNew = blocksNew,
            DataBlocksNew = dataBlocksNew,
            BlocksKnown = blocksKnown,
            ProgramVersion = EngineVersion.Text,
        };
    }

    /// <summary>Notes that everything below the new backup's root is in the Store: the next run then need not look up what it reuses.</summary>
    private void MarkComplete(VtBackup backup)
    {
        // What was reused of a base without looking is as sure as the base was: not any more, if a look at the Store since has found files gone.
        foreach (BaseBackup known in _bases)
        {
            if (known.IsComplete && !writer.Index.IsCompleteBelow(VtBlockReference.Parse(known.Backup.Root).Hash!))
            {
                return;
            }
        }

        List<VtHash> roots = [];
        if (VtBlockReference.Parse(backup.Root).Hash is { } root)
        {
            roots.Add(root);
        }

        if (backup.SideCar?.Hash is { } side)
        {
            roots.Add(side);
        }

        writer.Index.MarkCompleteBelow(roots);
    }
}
