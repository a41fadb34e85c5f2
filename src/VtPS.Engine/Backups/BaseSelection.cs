using VtPS.Engine.Stores;

namespace VtPS.Engine.Backups;

/// <summary>Chooses what a run compares with.</summary>
internal static class BaseSelection
{
    /// <summary>
    /// The bases named, or the newest run, the newest complete one and the largest of the host and subset: an aborted first run is then not lost,
    /// and an empty one misleads nobody. Each once, in that order.
    /// </summary>
    /// <param name="store">The Store.</param>
    /// <param name="named">The bases' ids; null where they are to be chosen.</param>
    /// <param name="host">The run's host name.</param>
    /// <param name="subset">Its subset.</param>
    /// <param name="read">The Store's backups, where they are being read already.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="VtException">BackupNotFound, AmbiguousBackupId for a base named.</exception>
    public static async Task<List<BaseBackup>> ChooseAsync(StoreSession store, IReadOnlyList<string>? named, string host, string subset, Task<List<VtBackup>>? read, CancellationToken cancellationToken)
    {
        List<VtBackup> chosen = [];
        if (named is not null)
        {
            foreach (string id in named)
            {
                Add(chosen, await BackupCatalog.ResolveAsync(store, id, new BackupFilter(), cancellationToken).ConfigureAwait(false));
            }
        }
        else
        {
            List<VtBackup> history = await (read ?? BackupCatalog.ReadAllAsync(store, static _ => { }, cancellationToken)).ConfigureAwait(false);
            history.RemoveAll(b => b.HostName != host || b.Subset != subset);
            Add(chosen, history.Count > 0 ? history[^1] : null);
            Add(chosen, history.FindLast(b => b.Status != VtBackupStatus.Interrupted));

            // Of equally large ones the newest: an unchanging tree is not compared with its first backup for ever.
            history.Reverse();
            Add(chosen, history.MaxBy(b => b.FileCount));
        }

        List<BaseBackup> bases = [];
        foreach (VtBackup backup in chosen)
        {
            VtBlockReference root = VtBlockReference.Parse(backup.Root);
            bases.Add(new BaseBackup(backup, root.Hash is not null && store.Index.IsCompleteBelow(root.Hash)));
        }

        return bases;
    }

    private static void Add(List<VtBackup> chosen, VtBackup? backup)
    {
        if (backup is not null && !chosen.Exists(b => b.Id == backup.Id))
        {
            chosen.Add(backup);
        }
    }
}
