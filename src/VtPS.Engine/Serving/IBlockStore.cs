using VtPS.Engine.Stores;

namespace VtPS.Engine.Serving;

/// <summary>
/// The blocks, hashes and backups of a Store, here or at a peer, for whoever may read them: what two parties who both hold their keys compare and bring up to date.
/// Safe for use by many threads.
/// </summary>
/// <remarks>Errors: those of the Store; where it is a peer's, also PeerUnreachable, PeerTimeout, PeerProtocolMismatch, PeerRightDenied.</remarks>
internal interface IBlockStore : IAsyncDisposable
{
    /// <summary>The hash that names its blocks.</summary>
    VtHashName HashName { get; }

    /// <summary>What the Store is like now.</summary>
    Task<BlockStatus> StatusAsync(CancellationToken cancellationToken);

    /// <summary>Which blocks it has, and below which of them it has everything. Where it may be written to, what was said to be there stays until this is disposed of.</summary>
    Task<BlockPresence[]> ContainsAsync(IReadOnlyList<VtHash> hashes, CancellationToken cancellationToken);

    /// <summary>Reads a block, and checks that it has its hash.</summary>
    /// <exception cref="VtException">BlockNotFound, BlockDamaged.</exception>
    Task<ReadOnlyMemory<byte>> GetAsync(VtHash hash, CancellationToken cancellationToken);

    /// <summary>Takes a block in. It is there for good only after <see cref="FlushAsync"/>.</summary>
    /// <param name="block">The block, at most 8 MiB; free for reuse once the task ends.</param>
    /// <param name="isTree">Whether it is of a directory or side-car, and so is to become durable after what it stands on.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Its hash.</returns>
    Task<VtHash> PutAsync(ReadOnlyMemory<byte> block, bool isTree, CancellationToken cancellationToken);

    /// <summary>Makes everything durable that was put before this call.</summary>
    Task FlushAsync(CancellationToken cancellationToken);

    /// <summary>The digests of the sixteen parts of each window; with depth 0 the Store's hashes are looked at anew, for this and all that follow.</summary>
    /// <param name="depth">From 0 to one less than <see cref="SortedHashes.MaximumDepth"/>.</param>
    /// <param name="windows">The windows' numbers, rising; at most <see cref="BlockMessages.MaximumWindows"/>.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    Task<WindowDigest[]> DigestsAsync(int depth, ReadOnlyMemory<uint> windows, CancellationToken cancellationToken);

    /// <summary>The hashes in each window.</summary>
    /// <param name="depth">From 0 to <see cref="SortedHashes.MaximumDepth"/>.</param>
    /// <param name="windows">The windows' numbers, rising; at most <see cref="BlockMessages.MaximumWindows"/>.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    Task<SortedHashes[]> WindowHashesAsync(int depth, ReadOnlyMemory<uint> windows, CancellationToken cancellationToken);

    /// <summary>Up to so many hashes (100,000 at most) after one in the order of their bytes; null for the first of all, with which the Store's hashes are looked at anew.</summary>
    Task<SortedHashes> HashesAfterAsync(VtHash? after, int most, CancellationToken cancellationToken);

    /// <summary>The records of the backups that began at a moment or later, amendments applied, oldest first; and how many records could not be read.</summary>
    Task<(List<StoredBackup> Backups, int Damaged)> BackupsSinceAsync(DateTime since, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a backup's record, once everything that it stands on is there: that is made durable, and all of it looked up. When the task ends, the backup is there for good.
    /// One that is there with the same record already is no error.
    /// </summary>
    /// <exception cref="VtException">BlockNotFound: not everything is there. DestinationDiffers: another backup has that id.</exception>
    Task PutBackupAsync(StoredBackup backup, CancellationToken cancellationToken);
}
