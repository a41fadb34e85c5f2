using VtPS.Engine.Stores;

namespace VtPS.Engine.Listing;

/// <summary>Lists blocks, streaming.</summary>
internal static class BlockListing
{
    /// <summary>Every block of the Store in the order of hash bytes.</summary>
    public static IEnumerable<VtBlock> OfStore(StoreSession store) => throw new NotImplementedException();

    /// <summary>One block by its hash.</summary>
    /// <exception cref="VtException">BlockNotFound; InvalidHash for a hash of another function than the Store's.</exception>
    public static VtBlock OfHash(StoreSession store, VtHash hash) => throw new NotImplementedException();

    /// <summary>Every block that a backup needs, each once: directories, side-car, indirect blocks and content.</summary>
    public static IAsyncEnumerable<VtBlock> OfBackupAsync(StoreSession store, VtBackup backup, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>The blocks of an item in order: a file's leaves with their offsets (literals and runs too), a directory's own blocks.</summary>
    public static IAsyncEnumerable<VtBlock> OfItemAsync(StoreSession store, VtItem item, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>The chunks of a live file as this Store would cut and name them, with <see cref="VtBlock.IsPresent"/>; nothing is stored.</summary>
    public static IAsyncEnumerable<VtBlock> OfFileAsync(StoreSession store, byte[] path, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
