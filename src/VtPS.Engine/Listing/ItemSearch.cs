using VtPS.Engine.Stores;

namespace VtPS.Engine.Listing;

/// <summary>Finds items across backups, streaming; a directory that several backups share is read once.</summary>
internal static class ItemSearch
{
    /// <summary>The items found, backup by backup.</summary>
    /// <exception cref="VtException">InvalidHash for a hash of another function than the Store's, InvalidArgument for a pattern; BlockNotFound, BlockDamaged.</exception>
    public static IAsyncEnumerable<VtItem> FindAsync(StoreSession store, ItemSearchRequest request, CancellationToken cancellationToken)
    {
        BlockListing.CheckHashName(store.Blocks.HashName, request.Hash);
        return new ItemSearchRun(store.Trees, store.Blocks, request).FindAsync(cancellationToken);
    }
}
