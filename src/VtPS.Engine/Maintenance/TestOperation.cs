using System.Globalization;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>Checks a Store, while backups and optimize runs go on. It writes nothing to the Store.</summary>
internal static class TestOperation
{
    /// <summary>Checks.</summary>
    /// <returns>Every finding; the last is <see cref="VtTestKind.Passed"/> where there was no damage.</returns>
    /// <exception cref="VtException">InvalidArgument for a sample that is none; BackupNotFound; StoreReadFailed.</exception>
    public static async Task<IReadOnlyList<VtTestResult>> RunAsync(StoreSession store, TestRequest request, IOperationObserver observer, CancellationToken cancellationToken)
    {
        if (request.SamplePercent is { } percent && percent is not (> 0 and <= 100))
        {
            throw new VtException(VtErrorId.InvalidArgument, string.Create(CultureInfo.InvariantCulture, $"A sample of {percent} percent cannot be read. Give a number above 0, up to 100."), percent);
        }

        using ProgressMeter progress = new(observer, "Checking");

        // Backups first: what a backup that is listed stands on was durable before it, and so is in the listing of data files that comes after.
        ObjectTest objects = new(store);
        await objects.RunAsync(cancellationToken).ConfigureAwait(false);
        TestBlocks blocks = new(store);
        await using (blocks.ConfigureAwait(false))
        {
            await blocks.LookAsync(cancellationToken).ConfigureAwait(false);
            List<VtBackup> backups = Choose(store, request, objects);
            DamageMap damage = new();
            bool data = request.Data || request.SamplePercent is not null;
            HashSet<BlockKey>? needed = data && request.BackupIds is not null ? [] : null;
            progress.ItemsTotal = backups.Count + (data ? blocks.Records : 0);
            progress.BytesTotal = data ? blocks.Files.Values.Sum() : 0;
            TreeTest trees = new(blocks, damage, needed);
            foreach (VtBackup backup in backups)
            {
                await trees.RunAsync(backup, cancellationToken).ConfigureAwait(false);
                progress.AddItem();
            }

            DataTest reading = new(store, blocks, progress);
            if (data)
            {
                RecordSample? sample = request.SamplePercent is { } share ? new RecordSample(share, blocks.Records, request.Random ?? Random.Shared) : null;
                await reading.RunAsync([.. blocks.Files.Keys.Order()], record => IsNeeded(record, needed) && sample?.Next() != false, damage, cancellationToken).ConfigureAwait(false);
            }

            await TraceAsync(store, blocks, damage, backups, cancellationToken).ConfigureAwait(false);
            List<VtTestResult> results = [];
            IEnumerable<Finding> ofObjects = request.BackupIds is { } ids ? objects.Findings.Where(finding => finding.Kind == VtTestKind.BackupDamaged && finding.Touches(ids)) : objects.Findings;
            foreach (Finding finding in (IEnumerable<Finding>)[.. ofObjects, .. blocks.Findings, .. damage.Findings])
            {
                results.AddRange(finding.ToResults(store.Info));
            }

            if (results.TrueForAll(static result => !result.IsDamage))
            {
                results.Add(new Finding(VtTestKind.Passed, null, Describe(request, backups.Count, blocks, reading)).ToResults(store.Info).Single());
            }
            else
            {
                // Flags that say that everything is there are no longer to be believed: the next run looks every block up.
                store.Index.ClearCompleteBelow();
            }

            return results;
        }
    }

    private static List<VtBackup> Choose(StoreSession store, TestRequest request, ObjectTest objects)
    {
        if (request.BackupIds is not { } ids)
        {
            return objects.Backups;
        }

        List<VtBackup> chosen = objects.Backups.FindAll(backup => ids.Contains(backup.Id));
        return chosen.Count == ids.Count || objects.Findings.Exists(finding => finding.Kind == VtTestKind.BackupDamaged)
            ? chosen
            : throw new VtException(VtErrorId.BackupNotFound, $"Of the {ids.Count} backups to check, {ids.Count - chosen.Count} are not in '{store.Info.Path}' any more. Get-VtBackup (vt backups) lists those that are.", ids.First());
    }

    private static bool IsNeeded(IndexedRecord record, HashSet<BlockKey>? needed)
    {
        if (needed is null)
        {
            return true;
        }

        for (int i = 0; i < record.Blocks.Count; i++)
        {
            if (needed.Contains(BlockKey.Of(record.Blocks[i].Hash)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Finds out what the damage touches. What touches only backups that were removed meanwhile is no damage.</summary>
    private static async Task TraceAsync(StoreSession store, TestBlocks blocks, DamageMap damage, List<VtBackup> backups, CancellationToken cancellationToken)
    {
        if (damage.IsEmpty)
        {
            return;
        }

        DamageTrace trace = new(blocks, damage);
        foreach (VtBackup backup in backups)
        {
            if (await store.Storage.GetLengthAsync(StoreNames.Backup(backup.Id), cancellationToken).ConfigureAwait(false) is not null)
            {
                await trace.RunAsync(backup, cancellationToken).ConfigureAwait(false);
            }
        }

        damage.DropUntouched();
    }

    private static string Describe(TestRequest request, int backups, TestBlocks blocks, DataTest reading)
    {
        string what = string.Create(CultureInfo.InvariantCulture, $"No damage was found in {backups} backups, {blocks.Files.Count} data files and {blocks.CountBlocks()} blocks.");
        if (request.SamplePercent is { } percent)
        {
            return what + string.Create(CultureInfo.InvariantCulture, $" A random sample of {percent} % was read: {reading.RecordsRead} of {blocks.Records} records.");
        }

        return request.Data
            ? what + string.Create(CultureInfo.InvariantCulture, $" Their content was read: {reading.RecordsRead} of {blocks.Records} records, {reading.BytesRead} bytes.")
            : what + " Their content was not read: -Data (--data) reads it.";
    }
}
