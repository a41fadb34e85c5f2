using VtPS.Engine.Stores;

namespace VtPS.Engine.Backups;

/// <summary>Changes tags, comment and pin of backups, by amendments beside the record.</summary>
internal static class AmendBackupOperation
{
    /// <summary>Puts an amendment, unless nothing would change, and returns the backup as it then stands.</summary>
    /// <exception cref="VtException">BackupNotFound, StoreWriteFailed, StoreFull.</exception>
    public static Task<VtBackup> RunAsync(StoreSession store, AmendBackupRequest request, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
