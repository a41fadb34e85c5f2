using VtPS.Engine.Stores;

namespace VtPS.Engine.Backups;

/// <summary>The backups of a Store.</summary>
internal static class BackupCatalog
{
    /// <summary>The backups that a filter leaves, oldest first, amendments applied. A record that cannot be read is reported by <paramref name="onDamaged"/> and left out.</summary>
    public static IAsyncEnumerable<VtBackup> ListAsync(StoreSession store, BackupFilter filter, Action<VtException> onDamaged, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>
    /// The one backup that an id, a prefix of one, or <c>latest</c> means (the newest that is not Interrupted among what the filter leaves).
    /// </summary>
    /// <exception cref="VtException">BackupNotFound, AmbiguousBackupId.</exception>
    public static Task<VtBackup> ResolveAsync(StoreSession store, string id, BackupFilter filter, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
