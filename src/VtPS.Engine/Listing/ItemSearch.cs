using VtPS.Engine.Stores;

namespace VtPS.Engine.Listing;

/// <summary>Finds items across backups, streaming; a directory that several backups share is read once.</summary>
internal static class ItemSearch
{
    /// <summary>The items found, backup by backup.</summary>
    public static IAsyncEnumerable<VtItem> FindAsync(StoreSession store, ItemSearchRequest request, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
