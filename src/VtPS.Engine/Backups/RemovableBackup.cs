using VtPS.Engine.Stores;

namespace VtPS.Engine.Backups;

/// <summary>A backup that someone names in order to remove it: one whose record is damaged can be, too, by its whole id.</summary>
/// <param name="Id">Its whole id.</param>
/// <param name="Backup">The backup; null where its record cannot be read.</param>
internal sealed record RemovableBackup(string Id, VtBackup? Backup)
{
    /// <summary>Finds it.</summary>
    /// <exception cref="VtException">BackupNotFound, AmbiguousBackupId.</exception>
    public static async Task<RemovableBackup> FindAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        try
        {
            VtBackup backup = await BackupCatalog.ResolveAsync(store, id, new BackupFilter(), cancellationToken).ConfigureAwait(false);
            return new RemovableBackup(backup.Id, backup);
        }
        catch (VtException e) when (e.ErrorId == VtErrorId.BackupNotFound && DataFileId.TryParse(id, out _))
        {
            if (await store.Storage.GetLengthAsync(StoreNames.Backup(id), cancellationToken).ConfigureAwait(false) is null)
            {
                throw;
            }

            return new RemovableBackup(id, null);
        }
    }

    /// <summary>What commands show of its removal.</summary>
    public VtRetentionResult ToResult(VtStore store, string[] reasons) => new()
    {
        BackupId = Id,
        Store = store.Path,
        StoreId = store.StoreId,
        HostName = Backup?.HostName ?? string.Empty,
        Subset = Backup?.Subset ?? string.Empty,
        EndTime = Backup?.EndTime ?? default,
        Status = Backup?.Status ?? VtBackupStatus.Interrupted,
        Action = VtRetentionAction.Remove,
        Reason = Backup is null ? [.. reasons, "its record is damaged"] : reasons,
    };
}
