using VtPS.Engine.Trees;

namespace VtPS.Engine.Stores;

/// <summary>
/// An open Store to read from: its listing of data files, its index, its blocks and trees. Safe for use by many threads.
/// What it knows of presence is as old as its listing; a reader that finds a file gone looks again before it says missing.
/// </summary>
internal sealed class StoreSession : IAsyncDisposable
{
    /// <summary>What commands show of the Store.</summary>
    public VtStore Info => throw new NotImplementedException();

    public IBlockReader Blocks => throw new NotImplementedException();

    public ITreeReader Trees => throw new NotImplementedException();

    public IBlockIndex Index => throw new NotImplementedException();

    /// <summary>Opens a Store.</summary>
    /// <exception cref="VtException">StoreNotFound, NotAStore, StoreFormatUnsupported, CodecUnavailable, StoreReadFailed.</exception>
    public static Task<StoreSession> OpenAsync(StoreAddress address, IBlockIndexFactory indexes, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
