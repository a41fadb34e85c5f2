using VtPS.Engine.Backups;
using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Copies;

/// <summary>
/// Copies backups one after the other, under one lease of the destination that is taken when the first block or record must be put: content, directories, the record,
/// and the look at the lease that a writer's protocol ends with, before anything is reported or removed from the source. For one caller at a time.
/// </summary>
internal sealed class BackupCopier(
    StoreSession source, StoreSession destination, CopyCatalog catalog, CopyBackupRequest request, WalkAhead? ahead, CopyMeter meter, IOperationObserver observer) : IAsyncDisposable
{
    private readonly CancellationTokenSource _failed = new();
    private StoreWriter? _writer;
    private BlockTransfer? _transfer;

    /// <summary>
    /// Whether blocks are checked against their hashes even where their record goes over as it is: before the original is removed, and where a plain Store comes from a peer.
    /// Else the record's checksum or seal is trusted, as it is between a backup and its next reader.
    /// </summary>
    private bool ChecksHashes => request.Move || (source.Keys is null && source.RawStorage is RemoteObjectStorage);

    /// <summary>The bytes of the data files that were written.</summary>
    public long BytesStored => _writer?.BytesStored ?? 0;

    /// <summary>Copies a backup, unless the destination has it, and removes it from the source where that is asked for.</summary>
    /// <exception cref="VtException">It cannot be copied; or, by its id, the whole run must end.</exception>
    public async Task<CopiedBackup> CopyAsync(string id, CancellationToken cancellationToken)
    {
        bool wasCopied = false;
        try
        {
            CopiedBackup copied = await CopyOneAsync(id, cancellationToken).ConfigureAwait(false);
            wasCopied = !copied.Existing;
            return copied;
        }
        finally
        {
            if (!wasCopied && ahead is not null)
            {
                await ahead.ForgetAsync().ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_writer is not null)
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
            _transfer!.Dispose();
        }

        _failed.Dispose();
    }

    private async Task<CopiedBackup> CopyOneAsync(string id, CancellationToken cancellationToken)
    {
        RecordCopy record = await catalog.ReadRecordAsync(id, cancellationToken).ConfigureAwait(false);
        if (record.IsThere && !request.Move && await IsWholeAsync(record.Backup, cancellationToken).ConfigureAwait(false))
        {
            await record.CarryAmendmentAsync(cancellationToken).ConfigureAwait(false);
            return new CopiedBackup(await record.ReadCopyAsync(catalog.Tell, cancellationToken).ConfigureAwait(false), Existing: true, Moved: false, 0, 0);
        }

        try
        {
            (long blocks, long bytes) = await StoreAsync(record, cancellationToken).ConfigureAwait(false);
            (bool moved, RecordCopy latest) = request.Move ? await RemoveAsync(id).ConfigureAwait(false) : (false, record);
            VtBackup copy = await latest.ReadCopyAsync(catalog.Tell, CancellationToken.None).ConfigureAwait(false);
            return new CopiedBackup(copy, record.IsThere && blocks == 0, moved, blocks, bytes);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await KeepAsync().ConfigureAwait(false);
            throw;
        }
        catch (Exception e) when (e is not VtException one || !CopyBackupOperation.IsOfOneBackup(one))
        {
            // Nobody waits any more for what the run has begun to put.
            await _failed.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether the destination has everything that a backup needs, as far as can be seen without a lease.</summary>
    private async Task<bool> IsWholeAsync(VtBackup backup, CancellationToken cancellationToken)
    {
        PlanSink missing = new();
        TreeDifference difference = new(source, destination.Index.Contains, destination.Index.IsCompleteBelow, missing);
        await catalog.GuardAsync(backup, () => difference.WalkAsync(backup, cancellationToken), cancellationToken).ConfigureAwait(false);
        return missing.Blocks == 0;
    }

    /// <summary>Steps 1 to 6 of a writer's protocol for one backup.</summary>
    /// <returns>Blocks that were copied, and their bytes.</returns>
    private async Task<(long Blocks, long Bytes)> StoreAsync(RecordCopy record, CancellationToken cancellationToken)
    {
        (long blocks, long bytes) = _transfer?.Added ?? default;
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        CopyWindow window = await CopyBlocksAsync(record.Backup, believe: true, cancellationToken).ConfigureAwait(false);
        bool put = await record.PutAsync(_writer!, cancellationToken).ConfigureAwait(false);
        await record.CarryAmendmentAsync(_failed.Token).ConfigureAwait(false);

        // Step 6. Where the lease was buried, nothing that was looked up under it is believed any more.
        while (destination.Rules.LookAtLease && !await _writer!.LeaseStandsAsync().ConfigureAwait(false))
        {
            observer.OnWarning("This run was taken for dead and its lease was buried: what it stored is checked again.");
            await UpholdAsync(record.Backup, put, cancellationToken).ConfigureAwait(false);
        }

        // Only now: a flag set for what was looked up under a buried lease would spare the next look.
        _writer!.Index.MarkCompleteBelow(window.Complete);
        return (_transfer!.Added.Blocks - blocks, _transfer.Added.Bytes - bytes);
    }

    /// <summary>
    /// After a burial: under a new lease everything is looked up again, and what is missing is read from the source again. A record that this run put, and of which the
    /// destination is known to lack something that cannot be had, is taken back: but no other, for another copy may rely on it.
    /// </summary>
    private async Task UpholdAsync(VtBackup backup, bool put, CancellationToken cancellationToken)
    {
        await _writer!.RenewAsync().ConfigureAwait(false);
        if (await TreePresence.HasBackupAsync(_writer, backup).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            await CopyBlocksAsync(backup, believe: false, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            if (put)
            {
                await WithdrawAsync(backup.Id).ConfigureAwait(false);
            }

            throw;
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_writer is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _writer = await StoreWriter.OpenAsync(destination, "copy", _failed.Token).ConfigureAwait(false);
            _transfer = new BlockTransfer(source, _writer, request.ThrottleLimit ?? Math.Clamp(2 * Environment.ProcessorCount, 4, 16), meter, checksHashes: ChecksHashes);
        }
    }

    /// <summary>Brings what the destination lacks of a backup, and makes it durable.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="believe">Whether "complete below" flags are believed.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    private async Task<CopyWindow> CopyBlocksAsync(VtBackup backup, bool believe, CancellationToken cancellationToken)
    {
        StoreWriter writer = _writer!;
        CopyWindow window = new(_transfer!, meter, request.BlocksAtOnce, besideWalk: request.ThrottleLimit != 1);
        await using (window.ConfigureAwait(false))
        {
            await catalog.GuardAsync(
                backup,
                async () =>
                {
                    await (believe && ahead is not null
                        ? ahead.TakeAsync(backup, writer.Has, writer.Index.IsCompleteBelow, window, cancellationToken)
                        : new TreeDifference(source, writer.Has, hash => believe && writer.Index.IsCompleteBelow(hash), window).WalkAsync(backup, cancellationToken)).ConfigureAwait(false);
                    meter.Walked();
                    await window.FlushAsync(cancellationToken).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }

        await writer.FlushAsync().ConfigureAwait(false);
        return window;
    }

    /// <summary>Removes a backup from the source: its copy has its record, and what that stands on, for good.</summary>
    /// <returns>Whether it was, for a pinned one stays; and both sides as they were found.</returns>
    private async Task<(bool Removed, RecordCopy Record)> RemoveAsync(string id)
    {
        // As both are now: it may have been amended, or pinned, while it was copied, or the copy removed.
        CopyCatalog now = await CopyCatalog.ReadAsync(source, destination, observer, CancellationToken.None).ConfigureAwait(false);
        RecordCopy record = await now.ReadRecordAsync(id, CancellationToken.None).ConfigureAwait(false);
        if (!record.IsThere)
        {
            throw new VtException(VtErrorId.BackupNotFound, $"Backup {id} was not removed from '{source.Info.Path}': someone has removed its copy from '{destination.Info.Path}'. Copy it again.", id);
        }

        await record.CarryAmendmentAsync(CancellationToken.None).ConfigureAwait(false);
        if (record.Backup.Pinned)
        {
            now.Tell(new VtException(
                VtErrorId.InvalidArgument,
                $"Backup {id} was copied and stays in '{source.Info.Path}', too, because it is pinned. Unpin it (Set-VtBackup -Unpin) and move it again.",
                id));
            return (false, record);
        }

        // Where another process put the record, it may not have flushed its name before it died.
        await destination.Storage.FlushNamesAsync([StoreNames.Backups.TrimEnd('/')], CancellationToken.None).ConfigureAwait(false);
        await RemoveBackupOperation.RunAsync(source, [id], CancellationToken.None).ConfigureAwait(false);
        return (true, record);
    }

    /// <summary>Takes back a record that could not be upheld.</summary>
    private async Task WithdrawAsync(string id)
    {
        try
        {
            await RemoveBackupOperation.RunAsync(destination, [id], CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is VtException or IOException)
        {
            // What ended the run says more. The record stays, damaged perhaps, and was never reported; a check finds it.
        }
    }

    /// <summary>Makes durable what a cancelled run has packed.</summary>
    private async Task KeepAsync()
    {
        try
        {
            if (_writer is not null)
            {
                await _writer.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is VtException or IOException)
        {
            // Then the next copy sends it again.
        }
    }
}
