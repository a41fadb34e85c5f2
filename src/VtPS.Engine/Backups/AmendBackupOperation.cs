using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Backups;

/// <summary>Changes tags, comment and pin of backups, by amendments beside the record.</summary>
internal static class AmendBackupOperation
{
    /// <summary>Puts an amendment, unless nothing would change, and returns the backup as it then stands.</summary>
    /// <exception cref="VtException">BackupNotFound, StoreWriteFailed, StoreFull.</exception>
    public static async Task<VtBackup> RunAsync(StoreSession store, AmendBackupRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            (VtBackup before, long number) = await ReadAsync(store, request.BackupId, cancellationToken).ConfigureAwait(false);
            string[] tags = [.. (request.Tags ?? before.Tag).Concat(request.AddTags).Except(request.RemoveTags, StringComparer.Ordinal).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            string? comment = request.Comment is null ? before.Comment : request.Comment.Length == 0 ? null : request.Comment;
            bool pinned = request.Pinned ?? before.Pinned;
            if (tags.AsSpan().SequenceEqual(before.Tag) && comment == before.Comment && pinned == before.Pinned)
            {
                return before;
            }

            try
            {
                string name = StoreNames.Amendment(before.Id, number + 1);
                await store.Storage.PutAsync(name, before.Id, BackupRecord.WriteAmendment(before.Id, number + 1, tags, comment, pinned), cancellationToken).ConfigureAwait(false);
                return before.With(tags, comment, pinned);
            }
            catch (ObjectExistsException)
            {
                // Someone else amended it in between: look again and amend that.
            }
        }
    }

    private static async Task<(VtBackup Backup, long Amendment)> ReadAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        long last = (await BackupCatalog.ListNumbersAsync(store, cancellationToken).ConfigureAwait(false)).GetValueOrDefault(id);
        try
        {
            return (await BackupCatalog.TryReadAsync(store, id, last, _ => { }, cancellationToken).ConfigureAwait(false) ?? throw NotFound(store, id, null), last);
        }
        catch (InvalidDataException e)
        {
            throw NotFound(store, id, e);
        }
    }

    private static VtException NotFound(StoreSession store, string id, InvalidDataException? damage) =>
        new(VtErrorId.BackupNotFound, damage is null ? $"There is no backup {id} in '{store.Info.Path}' any more." : $"The record of backup {id} in '{store.Info.Path}' cannot be read: {damage.Message}", id, damage);
}
