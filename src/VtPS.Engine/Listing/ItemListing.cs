using VtPS.Engine.Stores;

namespace VtPS.Engine.Listing;

/// <summary>Lists items of a backup, streaming.</summary>
internal static class ItemListing
{
    /// <summary>The items, each directory's before those below it, in the order of name bytes.</summary>
    /// <exception cref="VtException">ItemNotFound for a path (or a pattern) that names nothing; BlockNotFound, BlockDamaged.</exception>
    public static IAsyncEnumerable<VtItem> ListAsync(StoreSession store, ItemListRequest request, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
