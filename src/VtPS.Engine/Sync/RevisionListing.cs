using System.Runtime.CompilerServices;
using VtPS.Engine.Backups;
using VtPS.Engine.Listing;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Sync;

/// <summary>Lists what syncs replaced or deleted in a tree.</summary>
internal static class RevisionListing
{
    /// <summary>
    /// The revisions, oldest first, those of one sync by path: files and links with the content that they had, and the time of the sync that took them away
    /// (<see cref="VtItem.BackupTime"/>). They are items of backups as any others, and are restored as such.
    /// </summary>
    /// <param name="store">The tree's Store of revisions.</param>
    /// <param name="inside">Only of this path in the tree and of what lies below it, in the escaped text form; empty for all.</param>
    /// <param name="last">At most so many, the newest; null for all.</param>
    /// <param name="onDamaged">Told of each backup and directory that cannot be read; the listing goes on with the others.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <exception cref="VtException">StoreReadFailed.</exception>
    public static async IAsyncEnumerable<VtItem> ListAsync(
        StoreSession store, string inside, int? last, Action<VtException> onDamaged, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<VtBackup> backups = await BackupCatalog.ReadAllAsync(store, onDamaged, cancellationToken).ConfigureAwait(false);
        backups.RemoveAll(static backup => backup.Subset != RevisionStore.Subset);
        if (last is { } count)
        {
            foreach (VtItem item in await NewestAsync(store, backups, inside, count, onDamaged, cancellationToken).ConfigureAwait(false))
            {
                yield return item;
            }

            yield break;
        }

        foreach (VtBackup backup in backups)
        {
            await foreach (VtItem item in OfAsync(store, backup, inside, onDamaged, cancellationToken).ConfigureAwait(false))
            {
                yield return item;
            }
        }
    }

    private static async Task<IEnumerable<VtItem>> NewestAsync(
        StoreSession store, List<VtBackup> backups, string inside, int count, Action<VtException> onDamaged, CancellationToken cancellationToken)
    {
        List<VtItem> found = [];
        for (int i = backups.Count - 1; i >= 0 && found.Count < count; i--)
        {
            List<VtItem> earlier = [];
            await foreach (VtItem item in OfAsync(store, backups[i], inside, onDamaged, cancellationToken).ConfigureAwait(false))
            {
                earlier.Add(item);
            }

            found.InsertRange(0, earlier);
        }

        return found.TakeLast(count);
    }

    private static async IAsyncEnumerable<VtItem> OfAsync(
        StoreSession store, VtBackup backup, string inside, Action<VtException> onDamaged, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ItemListRequest request = new() { Backup = backup, Recurse = true, FilesOnly = true };
        await foreach (VtItem item in ItemListing.ListAsync(store, request, onDamaged, cancellationToken).ConfigureAwait(false))
        {
            if (inside.Length == 0 || TreeLocation.IsAtOrBelow(item.Path, inside))
            {
                yield return item;
            }
        }
    }
}
