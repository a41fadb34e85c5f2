namespace VtPS.Engine.Stores;

/// <summary>Blocks by hash, to read. Safe for use by many threads.</summary>
internal interface IBlockReader
{
    /// <summary>The Store's hash function.</summary>
    VtHashName HashName { get; }

    /// <summary>
    /// The content of a block, checked against its hash. The memory belongs to the reader's cache and is never written again.
    /// </summary>
    /// <exception cref="VtException"><see cref="VtErrorId.BlockNotFound"/> or <see cref="VtErrorId.BlockDamaged"/>.</exception>
    ValueTask<ReadOnlyMemory<byte>> GetAsync(VtHash hash, CancellationToken cancellationToken);
}
