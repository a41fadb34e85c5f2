using System.Runtime.CompilerServices;
using VtPS.Engine.IO;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Backups;

/// <summary>The backups of a Store.</summary>
internal static class BackupCatalog
{
    /// <summary>The backups that a filter leaves, oldest first, amendments applied. A record that cannot be read is reported by <paramref name="onDamaged"/> and left out.</summary>
    public static async IAsyncEnumerable<VtBackup> ListAsync(
        StoreSession store, BackupFilter filter, Action<VtException> onDamaged, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<VtBackup> backups = await ReadAllAsync(store, onDamaged, cancellationToken).ConfigureAwait(false);
        backups.RemoveAll(backup => !Matches(backup, filter));
        int skip = filter.Last is { } last ? Math.Max(0, backups.Count - last) : 0;
        for (int i = skip; i < backups.Count; i++)
        {
            yield return backups[i];
        }
    }

    /// <summary>
    /// The one backup that an id, a prefix of one, or <c>latest</c> means (the newest that is not Interrupted among what the filter leaves).
    /// </summary>
    /// <exception cref="VtException">BackupNotFound, AmbiguousBackupId.</exception>
    public static async Task<VtBackup> ResolveAsync(StoreSession store, string id, BackupFilter filter, CancellationToken cancellationToken)
    {
        VtException? damage = null;
        bool latest = id.Equals("latest", StringComparison.OrdinalIgnoreCase);
        List<VtBackup> found = [];
        await foreach (VtBackup backup in ListAsync(store, filter, e => damage = e, cancellationToken).ConfigureAwait(false))
        {
            if (latest ? backup.Status != VtBackupStatus.Interrupted : id.Length > 0 && backup.Id.StartsWith(id, StringComparison.OrdinalIgnoreCase))
            {
                found.Add(backup);
            }
        }

        if (latest && found.Count > 0)
        {
            return found[^1];
        }

        if (found.Count > 1)
        {
            string ids = string.Join(", ", found.Take(5).Select(b => b.Id));
            throw new VtException(VtErrorId.AmbiguousBackupId, $"'{id}' begins the ids of {found.Count} backups in '{store.Info.Path}': {ids}{(found.Count > 5 ? ", …" : string.Empty)}. Give more digits.", id);
        }

        return found.Count == 1
            ? found[0]
            : throw new VtException(
                VtErrorId.BackupNotFound,
                (latest ? $"The Store at '{store.Info.Path}' has no finished backup that fits." : $"No backup in '{store.Info.Path}' has an id that is or begins with '{id}'.")
                    + (damage is null ? " Get-VtBackup (vt backups) lists them." : " " + damage.Message),
                id,
                damage);
    }

    /// <summary>Every backup that can be read, oldest first.</summary>
    public static async Task<List<VtBackup>> ReadAllAsync(StoreSession store, Action<VtException> onDamaged, CancellationToken cancellationToken)
    {
        Dictionary<string, long> amendments = await ListNumbersAsync(store, cancellationToken).ConfigureAwait(false);
        Lock gate = new();
        List<VtBackup> backups = [];
        foreach (VtBackup? backup in await store.Storage.ForAllAsync([.. amendments], (named, token) => TryReadAsync(store, named, OnDamaged, token), cancellationToken).ConfigureAwait(false))
        {
            if (backup is not null)
            {
                backups.Add(backup);
            }
        }

        // By the moment, not by the local clock: that shows one hour twice when summer time ends.
        backups.Sort((a, b) => a.StartTime.ToUniversalTime().CompareTo(b.StartTime.ToUniversalTime()) is var order and not 0 ? order : string.CompareOrdinal(a.Id, b.Id));
        return backups;

        void OnDamaged(VtException e)
        {
            lock (gate)
            {
                onDamaged(e);
            }
        }
    }

    private static async ValueTask<VtBackup?> TryReadAsync(StoreSession store, KeyValuePair<string, long> named, Action<VtException> onDamaged, CancellationToken cancellationToken)
    {
        try
        {
            return await TryReadAsync(store, named.Key, named.Value, onDamaged, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            onDamaged(new VtException(VtErrorId.BlockDamaged, $"The record of backup {named.Key} in '{store.Info.Path}' cannot be read: {e.Message}", named.Key, e));
            return null;
        }
    }

    /// <summary>The backups that there are, by their ids, each with the number of its last amendment: 0 for none. A record may be gone where its amendments are not.</summary>
    public static async Task<Dictionary<string, long>> ListNumbersAsync(StoreSession store, CancellationToken cancellationToken)
    {
        Dictionary<string, long> numbers = [];
        await foreach (ObjectInfo info in store.Storage.ListAsync(StoreNames.Backups, cancellationToken).ConfigureAwait(false))
        {
            if (StoreNames.TryParseNumbered(StoreNames.Backups, info.Name, out string id, out long number))
            {
                numbers[id] = Math.Max(number, numbers.GetValueOrDefault(id));
            }
        }

        return numbers;
    }

    /// <summary>
    /// One backup with its amendment; null where it is gone. An amendment that cannot be read is reported, and the backup given as it was recorded,
    /// but pinned: it may have been.
    /// </summary>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public static async Task<VtBackup?> TryReadAsync(StoreSession store, string id, long amendment, Action<VtException> onDamaged, CancellationToken cancellationToken)
    {
        VtBackup backup;
        try
        {
            backup = BackupRecord.Read(await store.Storage.GetAsync(StoreNames.Backup(id), BackupRecord.MaximumLength, cancellationToken).ConfigureAwait(false), id, store.Info);
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }

        if (amendment == 0)
        {
            return backup;
        }

        try
        {
            return BackupRecord.ApplyAmendment(
                await store.Storage.GetAsync(StoreNames.Amendment(id, amendment), BackupRecord.MaximumLength, cancellationToken).ConfigureAwait(false), backup, amendment);
        }
        catch (ObjectNotFoundException)
        {
            return backup;
        }
        catch (InvalidDataException e)
        {
            onDamaged(new VtException(VtErrorId.BlockDamaged, $"Tags, comment and pin of backup {id} in '{store.Info.Path}' cannot be read: {e.Message} The backup is given as it was recorded, and pinned. Set-VtBackup sets them anew.", id, e));
            return backup.With(backup.Tag, backup.Comment, pinned: true);
        }
    }

    private static bool Matches(VtBackup backup, BackupFilter filter) =>
        AnyMatches(filter.Subset, backup.Subset)
        && AnyMatches(filter.HostName, backup.HostName)
        && (filter.Tag.Count == 0 || backup.Tag.Any(tag => AnyMatches(filter.Tag, tag)))
        && (filter.Since is not { } since || backup.StartTime >= ToLocal(since))
        && (filter.Before is not { } before || backup.StartTime < ToLocal(before))
        && (filter.SourcePath is not { } path || backup.SourcePath.Any(source => IsRelated(source, path.TrimEnd('/'))));

    private static DateTime ToLocal(DateTime time) => time.Kind == DateTimeKind.Utc ? time.ToLocalTime() : time;

    private static bool AnyMatches(IReadOnlyList<string> patterns, string value)
    {
        foreach (string pattern in patterns)
        {
            if (NamePattern.IsTextMatch(pattern, value))
            {
                return true;
            }
        }

        return patterns.Count == 0;
    }

    private static bool IsRelated(string source, string path) =>
        source == path
        || source.StartsWith(path + "/", StringComparison.Ordinal)
        || path.StartsWith(source.TrimEnd('/') + "/", StringComparison.Ordinal);
}
