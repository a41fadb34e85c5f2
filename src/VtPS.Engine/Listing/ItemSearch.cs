using VtPS.Engine.Stores;

namespace VtPS.Engine.Listing;

/// <summary>Finds items across backups, streaming; a directory that several backups share is read once.</summary>
internal static class ItemSearch
{
    /// <summary>The items found, backup by backup.</summary>
    /// <param name="store">The Store.</param>
    /// <param name="request">What is sought.</param>
    /// <param name="onDamaged">Told of each directory, in each backup, that cannot be read, or not to its end, and of each file of which it cannot be told what it contains; the search goes on.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="VtException">InvalidHash for a hash of another function than the Store's, InvalidArgument for a pattern; StoreReadFailed.</exception>
    public static IAsyncEnumerable<VtItem> FindAsync(StoreSession store, ItemSearchRequest request, Action<VtException> onDamaged, CancellationToken cancellationToken)
    {
        BlockListing.CheckHashName(store.Blocks.HashName, request.Hash);
        return new ItemSearchRun(store.Trees, store.Blocks, request, onDamaged).FindAsync(cancellationToken);
    }
}
