using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Backups;

/// <summary>Removes backups. What they alone stood on is freed by the next optimize run.</summary>
internal static class RemoveBackupOperation
{
    /// <summary>
    /// Removes backups: deleting a record is the removal, its amendments go after it. A backup that is gone already is no error; amendments that an
    /// earlier removal left behind are deleted then. A record that cannot be read is removed as well, so that a damaged one need not stand in the way for ever.
    /// </summary>
    /// <param name="store">The Store.</param>
    /// <param name="ids">The backups' whole ids.</param>
    /// <param name="cancellationToken">Stops the call; what is removed by then stays removed.</param>
    /// <exception cref="VtException">StoreReadFailed, StoreWriteFailed.</exception>
    public static async Task RunAsync(StoreSession store, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        foreach (string id in ids)
        {
            await store.Storage.DeleteAsync(StoreNames.Backup(id), cancellationToken).ConfigureAwait(false);
        }

        await SweepAsync(store, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes amendments of backups that are no longer there: what a removal that was cut short left behind.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> SweepAsync(StoreSession store, CancellationToken cancellationToken)
    {
        HashSet<string> standing = [];
        List<(string Id, long Number)> amendments = [];
        await foreach (ObjectInfo info in store.Storage.ListAsync(StoreNames.Backups, cancellationToken).ConfigureAwait(false))
        {
            if (StoreNames.TryParseNumbered(StoreNames.Backups, info.Name, out string id, out long number))
            {
                if (number == 0)
                {
                    standing.Add(id);
                }
                else
                {
                    amendments.Add((id, number));
                }
            }
        }

        int swept = 0;
        foreach ((string id, long number) in amendments)
        {
            // A listing need not have what came while it ran: a record is looked for itself before its amendment goes. An amendment is never put before its record.
            if (!standing.Contains(id) && await store.Storage.GetLengthAsync(StoreNames.Backup(id), cancellationToken).ConfigureAwait(false) is null)
            {
                await store.Storage.DeleteAsync(StoreNames.Amendment(id, number), cancellationToken).ConfigureAwait(false);
                swept++;
            }
        }

        return swept;
    }
}
