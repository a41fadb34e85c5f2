namespace VtPS.Engine.Trees;

/// <summary>Directories and file content of a Store, to read. Safe for use by many threads.</summary>
internal interface ITreeReader
{
    /// <summary>The entries of a directory, sorted by name bytes.</summary>
    /// <exception cref="VtException"><see cref="VtErrorId.BlockNotFound"/>, <see cref="VtErrorId.BlockDamaged"/>, or <see cref="VtErrorId.UnsafePath"/> for a name that no entry may have.</exception>
    IAsyncEnumerable<TreeEntry> ReadDirectoryAsync(VtBlockReference directory, CancellationToken cancellationToken);

    /// <summary>
    /// The leaves of some content in order, each with its offset: hash, literal and run references, never indirect ones.
    /// An indirect block that cannot be read is given as itself when <paramref name="keepUnreadable"/> is true, else its error is thrown.
    /// </summary>
    IAsyncEnumerable<(long Offset, VtBlockReference Leaf)> ReadLeavesAsync(VtBlockReference content, bool keepUnreadable, CancellationToken cancellationToken);

    /// <summary>The bytes of a leaf of kind hash or literal. (A run has none: its length may be huge.)</summary>
    ValueTask<ReadOnlyMemory<byte>> GetLeafAsync(VtBlockReference leaf, CancellationToken cancellationToken);

    /// <summary>Reads content at an offset; returns how many bytes, less than the buffer only at the end.</summary>
    ValueTask<int> ReadAsync(VtBlockReference content, long offset, Memory<byte> buffer, CancellationToken cancellationToken);
}
