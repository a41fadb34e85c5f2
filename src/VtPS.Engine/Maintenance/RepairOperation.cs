using System.Globalization;
using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>
/// Repairs what a check found. Nothing is destroyed: every original goes to <c>damaged/</c> before it leaves its place, and no backup is ever deleted.
/// Backups, restores and optimize runs go on beside it.
/// </summary>
internal static class RepairOperation
{
    /// <summary>Reads the index cache anew from the trailers of all data files.</summary>
    /// <exception cref="VtException">StoreBusy, StoreReadFailed.</exception>
    public static async Task<VtTestResult> RebuildIndexAsync(StoreSession store, CancellationToken cancellationToken)
    {
        store.Index.Clear();
        await store.RefreshAsync(cancellationToken).ConfigureAwait(false);
        return new Finding(VtTestKind.IndexRebuilt, null, string.Create(CultureInfo.InvariantCulture, $"The index was read anew from the data files: {store.Index.CountBlocks()} blocks.")).ToResults(store.Info).Single();
    }

    /// <summary>Finds what a repair would save: reads all data, changes nothing.</summary>
    /// <exception cref="VtException">StoreReadFailed.</exception>
    public static async Task<RepairPlan> PlanAsync(StoreSession store, IOperationObserver observer, CancellationToken cancellationToken)
    {
        using ProgressMeter progress = new(observer, "Checking");
        ObjectTest objects = new(store);
        await objects.RunAsync(cancellationToken).ConfigureAwait(false);
        TestBlocks blocks = new(store);
        await using (blocks.ConfigureAwait(false))
        {
            await blocks.LookAsync(cancellationToken).ConfigureAwait(false);
            progress.ItemsTotal = blocks.Records;
            progress.BytesTotal = blocks.Files.Values.Sum();
            DataTest reading = new(store, blocks, progress);
            await reading.RunAsync([.. blocks.Files.Keys.Order()], static _ => true, new DamageMap(), cancellationToken).ConfigureAwait(false);
            IEnumerable<DataFileId> damaged = reading.DamagedFiles.Union(blocks.DamagedFiles).Where(blocks.Files.ContainsKey).Order();
            return new RepairPlan([.. damaged.Select(file => (file, blocks.Files[file]))], objects.DamagedTrash, objects.DamagedAmendments);
        }
    }

    /// <summary>Saves what the plan names.</summary>
    /// <returns>A row for each object that was set aside: with the blocks that are lost, and the backups and paths that their loss touches.</returns>
    /// <exception cref="VtException">StoreFull, StoreWriteFailed, StoreReadFailed, DataFileDamaged. What is not done is left as it was; the repair can be run again.</exception>
    public static async Task<IReadOnlyList<VtTestResult>> SalvageAsync(StoreSession store, RepairPlan plan, IOperationObserver observer, CancellationToken cancellationToken)
    {
        using ProgressMeter progress = new(observer, "Repairing");
        progress.ItemsTotal = plan.DataFiles.Count;
        progress.BytesTotal = plan.DataFiles.Sum(static file => file.Length);
        DamageMap damage = new();
        foreach (string trash in plan.Trash)
        {
            damage.Add(await ReplaceTrashAsync(store, trash, cancellationToken).ConfigureAwait(false));
        }

        foreach ((VtBackup before, long number) in plan.Amendments)
        {
            damage.Add(await ReplaceAmendmentAsync(store, before, number, cancellationToken).ConfigureAwait(false));
        }

        foreach ((DataFileId file, _) in plan.DataFiles)
        {
            store.Distrust(file);
        }

        // A block of one damaged file may be whole in another: what is lost shows when all are saved.
        List<(Finding Finding, IReadOnlyList<VtHash> Lost)> saved = [];
        foreach ((DataFileId file, long length) in plan.DataFiles)
        {
            DataFileSalvage salvage = new(store, file);
            if (await salvage.RunAsync(cancellationToken).ConfigureAwait(false) is { } finding)
            {
                damage.Add(finding);
                saved.Add((finding, salvage.Lost));
            }

            progress.AddItem();
            progress.AddBytes(length);
        }

        store.Index.ClearCompleteBelow();
        await store.RefreshAsync(cancellationToken).ConfigureAwait(false);
        await TraceAsync(store, damage, saved, cancellationToken).ConfigureAwait(false);
        return [.. damage.Findings.SelectMany(finding => finding.ToResults(store.Info))];
    }

    private static async Task TraceAsync(StoreSession store, DamageMap damage, List<(Finding Finding, IReadOnlyList<VtHash> Lost)> saved, CancellationToken cancellationToken)
    {
        foreach ((Finding finding, IReadOnlyList<VtHash> lost) in saved)
        {
            foreach (VtHash hash in lost)
            {
                if (!store.Index.Contains(hash))
                {
                    damage.AddUnreadable(BlockKey.Of(hash), finding);
                }
            }
        }

        if (damage.IsEmpty)
        {
            return;
        }

        TestBlocks blocks = new(store);
        await using (blocks.ConfigureAwait(false))
        {
            await blocks.LookAsync(cancellationToken).ConfigureAwait(false);
            DamageTrace trace = new(blocks, damage);
            foreach (VtBackup backup in await BackupCatalog.ReadAllAsync(store, static _ => { }, cancellationToken).ConfigureAwait(false))
            {
                await trace.RunAsync(backup, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Puts a trash object that names all that the damaged one can have named, and sets that one aside.</summary>
    private static async Task<Finding> ReplaceTrashAsync(StoreSession store, string name, CancellationToken cancellationToken)
    {
        byte[] bytes = await store.RawStorage.GetAsync(name, TrashRecord.MaximumLength, cancellationToken).ConfigureAwait(false);

        // Data files before leases: a file of a writer whose lease is not listed then can have been given up; one of a writer that still runs cannot.
        List<DataFileId> listed = [];
        await foreach (ObjectInfo info in store.Storage.ListAsync(StoreNames.Data, cancellationToken).ConfigureAwait(false))
        {
            if (StoreNames.TryParseDataFile(info.Name, out DataFileId id))
            {
                listed.Add(id);
            }
        }

        HashSet<DataFileId> leases = [.. (await LeaseBook.ListAsync(store.Storage, cancellationToken).ConfigureAwait(false)).Select(static lease => lease.Id)];
        List<DataFileId> files = [];
        foreach (DataFileId file in TrashSalvage.Guess(bytes, listed))
        {
            if (leases.Count == 0 || !await IsOfAsync(store, file, leases, cancellationToken).ConfigureAwait(false))
            {
                files.Add(file);
            }
        }

        if (files.Count > 0)
        {
            string replacement = TrashRecord.NewName();
            await store.Storage.PutAsync(replacement, OwnerOf(replacement), TrashRecord.Write(files.Order()), cancellationToken).ConfigureAwait(false);
        }

        string aside = await SetAsideAsync(store, name, bytes, cancellationToken).ConfigureAwait(false);
        return new Finding(VtTestKind.Salvaged, aside, string.Create(CultureInfo.InvariantCulture, $"'{name}' could not be understood. Another trash object stands in its place and names the {files.Count} data files that it can have named; what is needed of them is saved by the next Optimize-VtStore (vt prune). The original is '{aside}'."));
    }

    private static async Task<bool> IsOfAsync(StoreSession store, DataFileId file, HashSet<DataFileId> leases, CancellationToken cancellationToken)
    {
        try
        {
            return leases.Contains(await store.DataFiles.ReadLeaseAsync(file, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is InvalidDataException or ObjectNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Amends the backup to what it was before, and pins it, for the damaged amendment may have done so; then sets that one aside.</summary>
    private static async Task<Finding> ReplaceAmendmentAsync(StoreSession store, VtBackup before, long number, CancellationToken cancellationToken)
    {
        string name = StoreNames.Amendment(before.Id, number);
        byte[] bytes = await store.RawStorage.GetAsync(name, BackupRecord.MaximumLength, cancellationToken).ConfigureAwait(false);
        bool isNewest = await store.Storage.GetLengthAsync(StoreNames.Amendment(before.Id, number + 1), cancellationToken).ConfigureAwait(false) is null;
        if (isNewest)
        {
            byte[] next = BackupRecord.WriteAmendment(before.Id, number + 1, before.Tag, before.Comment, pinned: true);
            await store.Storage.PutAsync(StoreNames.Amendment(before.Id, number + 1), before.Id, next, cancellationToken).ConfigureAwait(false);
        }

        string aside = await SetAsideAsync(store, name, bytes, cancellationToken).ConfigureAwait(false);
        Finding finding = new(
            VtTestKind.Salvaged,
            aside,
            $"'{name}' could not be read. " + (isNewest ? "The backup has the tags and the comment from before it, and is pinned until you unpin it. " : "A later amendment counts in its place. ") + $"The original is '{aside}'.");
        finding.Touch(before.Id, "/");
        return finding;
    }

    private static async Task<string> SetAsideAsync(StoreSession store, string name, byte[] bytes, CancellationToken cancellationToken)
    {
        for (int number = 0; ; number++)
        {
            string aside = StoreNames.Damaged + name.Replace('/', '-') + (number == 0 ? string.Empty : "." + number.ToString(CultureInfo.InvariantCulture));
            try
            {
                await store.Storage.PutAsync(aside, OwnerOf(name), bytes, cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectExistsException)
            {
                continue;
            }

            await store.Storage.DeleteAsync(name, CancellationToken.None).ConfigureAwait(false);
            return aside;
        }
    }

    /// <summary>The id in an object's name.</summary>
    private static string OwnerOf(string name) => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..].Split('.')[0];
}
