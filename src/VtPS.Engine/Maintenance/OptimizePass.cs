using System.Globalization;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>
/// One pass of an optimize run, in the order that its safety stands on: trash, data files, leases, backups, each listed after the one before; then what earlier
/// passes gave up is deleted, and what is poor is given up.
/// </summary>
internal sealed class OptimizePass(StoreSession store, OptimizeRequest request, OptimizeCounters counters)
{
    private readonly Dictionary<DataFileId, List<IndexedRecord>> _records = [];

    /// <summary>Whether a lease stood: what this pass gave up must wait for a later run.</summary>
    public bool LeasesStood { get; private set; }

    /// <summary>Whether the pass deleted or gave up anything.</summary>
    public bool DidSomething { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        StoreListing listing = await StoreListing.ReadAsync(store.Storage, cancellationToken, store.Rules).ConfigureAwait(false);
        await store.ApplyAsync(listing, cancellationToken).ConfigureAwait(false);
        StoreMarker marker = new(store);
        if (!store.Rules.LeasesBeforeBackups)
        {
            await marker.MarkAllAsync(cancellationToken).ConfigureAwait(false);
        }

        List<LeaseBook.StandingLease> leases = await LeaseBook.ListAsync(store.Storage, cancellationToken).ConfigureAwait(false);
        LeasesStood = leases.Count > 0;
        counters.LeasesStanding = leases.Count;
        if (store.Rules.LeasesBeforeBackups)
        {
            await marker.MarkAllAsync(cancellationToken).ConfigureAwait(false);
        }

        counters.Backups = marker.Backups;
        counters.BlocksNeeded = marker.Needed.Count;
        if (marker.Backups == 0 && listing.Files.Count > 0 && !request.Force)
        {
            throw new VtException(
                VtErrorId.InvalidArgument,
                $"The Store at '{store.Info.Path}' has {listing.Files.Count} data files and no backup at all: everything would be deleted. If that is what you want, say -Force (--force).",
                store.Info.Path);
        }

        await ReadRecordsAsync(listing, cancellationToken).ConfigureAwait(false);
        try
        {
            await SweepAsync(listing, leases, marker.Needed, cancellationToken).ConfigureAwait(false);
            await GiveUpAsync(listing, leases, marker.Needed, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectNotFoundException)
        {
            // Another optimize run has deleted what was to be copied: this pass knows too little by now, the next looks anew.
            DidSomething = true;
        }
    }

    private async Task ReadRecordsAsync(StoreListing listing, CancellationToken cancellationToken)
    {
        foreach ((DataFileId file, long length) in listing.Files)
        {
            try
            {
                _records[file] = await store.DataFiles.ReadIndexAsync(file, length, null, cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectNotFoundException)
            {
                // Another optimize run has deleted it since the listing.
            }
        }
    }

    /// <summary>
    /// Deletes the files of each trash object that every standing lease has read, after saving what is needed of them and stands nowhere else.
    /// </summary>
    private async Task SweepAsync(StoreListing listing, List<LeaseBook.StandingLease> leases, IReadOnlySet<BlockKey> needed, CancellationToken cancellationToken)
    {
        List<TrashRecord> ripe = [];
        foreach (TrashRecord trash in listing.Trash)
        {
            if (!store.Rules.WaitForNotes || leases.TrueForAll(lease => lease.Trash.Contains(trash.Name)))
            {
                ripe.Add(trash);
            }
        }

        if (ripe.Count == 0)
        {
            return;
        }

        // The trash is only a hint: what is needed now decides, and a block in a file of any trash object does not count as kept.
        HashSet<BlockKey> kept = BlocksOf(listing.Files.Keys.Where(file => !listing.GivenUp.Contains(file)));
        List<DataFileId> going = [.. ripe.SelectMany(trash => trash.Files).Distinct().Where(_records.ContainsKey)];
        DidSomething = true;
        if (request.DryRun)
        {
            counters.DataFilesDeleted += going.Count;
            counters.BytesDeleted += going.Sum(file => listing.Files[file]);
            return;
        }

        if (store.Rules.SaveBeforeDeletion)
        {
            await CopyAsync(going, key => needed.Contains(key) && !kept.Contains(key), cancellationToken).ConfigureAwait(false);
        }

        // A removal that was seen must not be undone by a power cut once what the backup stood on is gone.
        await store.Storage.FlushNamesAsync([StoreNames.Backups.TrimEnd('/')], cancellationToken).ConfigureAwait(false);
        foreach (DataFileId file in going)
        {
            await store.Storage.DeleteAsync(StoreNames.DataFile(file), cancellationToken).ConfigureAwait(false);
            counters.DataFilesDeleted++;
            counters.BytesDeleted += listing.Files[file];
        }

        foreach (TrashRecord trash in ripe)
        {
            await store.Storage.DeleteAsync(trash.Name, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task GiveUpAsync(StoreListing listing, List<LeaseBook.StandingLease> leases, IReadOnlySet<BlockKey> needed, CancellationToken cancellationToken)
    {
        HashSet<DataFileId> live = [.. leases.Select(lease => lease.Id)];
        List<DataFileId> candidates = [];
        foreach (DataFileId file in _records.Keys.Order())
        {
            if (!listing.GivenUp.Contains(file) && !await IsOfAsync(file, live, cancellationToken).ConfigureAwait(false))
            {
                candidates.Add(file);
            }
        }

        PoorFiles poor = PoorFiles.Choose(candidates, listing.Files.Keys.Where(file => !listing.GivenUp.Contains(file)), _records, needed, request, listing.Files, await OlderAsync(candidates, cancellationToken).ConfigureAwait(false));
        counters.BlocksUnneeded = poor.BlocksUnneeded;

        // Wholly dead files go first and by themselves: that needs no room, so it works on a full disk.
        foreach (List<DataFileId> group in (List<DataFileId>[])[poor.Dead, poor.Sparse])
        {
            if (group.Count == 0)
            {
                continue;
            }

            DidSomething = true;
            counters.DataFilesGivenUp += group.Count;
            counters.BytesGivenUp += group.Sum(file => listing.Files[file]);
            if (request.DryRun)
            {
                continue;
            }

            if (group == poor.Sparse)
            {
                HashSet<BlockKey> kept = BlocksOf(_records.Keys.Where(file => !listing.GivenUp.Contains(file) && !poor.Contains(file)));
                await CopyOfSparseAsync(group, key => needed.Contains(key) && !kept.Contains(key), cancellationToken).ConfigureAwait(false);
            }

            string name = TrashRecord.NewName();
            await store.Storage.PutAsync(name, name[StoreNames.Trash.Length..^5], TrashRecord.Write(group), cancellationToken).ConfigureAwait(false);
            if (group == poor.Dead && !LeasesStood)
            {
                // The next pass deletes these before anything is rewritten.
                return;
            }
        }
    }

    private async Task CopyOfSparseAsync(List<DataFileId> files, Func<BlockKey, bool> wanted, CancellationToken cancellationToken)
    {
        try
        {
            await CopyAsync(files, wanted, cancellationToken).ConfigureAwait(false);
        }
        catch (VtException e) when (e.ErrorId == VtErrorId.StoreFull)
        {
            long room = files.SelectMany(file => _records[file]).SelectMany(static record => record.Blocks).Where(block => wanted(BlockKey.Of(block.Hash))).Sum(static block => (long)block.Length);
            throw new VtException(
                VtErrorId.StoreFull,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The file system of the Store '{store.Info.Path}' is full. What was wholly unneeded is deleted; {files.Count} more data files hold something that is needed, too: up to {room} bytes, which must be written anew before those files can go. ")
                    + "Free so much there, or less and give -MaximumRepack (--maximum-repack); or remove more backups. Then optimize again.",
                store.Info.Path,
                e);
        }
    }

    private async Task CopyAsync(List<DataFileId> files, Func<BlockKey, bool> wanted, CancellationToken cancellationToken)
    {
        BlockCopier copier = new(store);
        await using (copier.ConfigureAwait(false))
        {
            foreach (DataFileId file in files)
            {
                await copier.CopyAsync(file, _records[file], wanted, cancellationToken).ConfigureAwait(false);
            }

            await copier.FlushAsync(cancellationToken).ConfigureAwait(false);
            await store.CheckEpochAsync(cancellationToken).ConfigureAwait(false);
            counters.DataFilesWritten += copier.FilesWritten;
            counters.BytesWritten += copier.BytesWritten;
        }
    }

    /// <summary>The files that are sealed under an older key than the present one, if those are to be rewritten.</summary>
    private async Task<HashSet<DataFileId>> OlderAsync(List<DataFileId> candidates, CancellationToken cancellationToken)
    {
        HashSet<DataFileId> older = [];
        if (request.Rekey && store.Keys is { } keys)
        {
            foreach (DataFileId file in candidates)
            {
                try
                {
                    if (await store.DataFiles.ReadEpochAsync(file, cancellationToken).ConfigureAwait(false) < keys.Current.Epoch)
                    {
                        older.Add(file);
                    }
                }
                catch (Exception e) when (e is InvalidDataException or ObjectNotFoundException)
                {
                    // A header that cannot be read: leave the file alone; the rewrite is not finished while it stands.
                }
            }
        }

        return older;
    }

    private async Task<bool> IsOfAsync(DataFileId file, HashSet<DataFileId> leases, CancellationToken cancellationToken)
    {
        try
        {
            return leases.Count > 0 && leases.Contains(await store.DataFiles.ReadLeaseAsync(file, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is InvalidDataException or ObjectNotFoundException)
        {
            // A header that cannot be read: leave the file alone.
            return true;
        }
    }

    private HashSet<BlockKey> BlocksOf(IEnumerable<DataFileId> files)
    {
        HashSet<BlockKey> blocks = [];
        foreach (DataFileId file in files)
        {
            foreach (IndexedRecord record in _records.GetValueOrDefault(file) ?? [])
            {
                foreach ((VtHash hash, _) in record.Blocks)
                {
                    blocks.Add(BlockKey.Of(hash));
                }
            }
        }

        return blocks;
    }
}
