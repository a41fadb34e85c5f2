namespace VtPS.Engine.Stores;

/// <summary>
/// The cache that says which data file a block is in. It is never an authority: a row counts only while its file is among the
/// <em>live</em> files, those that the present run listed with the very length the index knows and that no trash object names.
/// Losing it costs time, never data. Safe for use by many threads.
/// </summary>
internal interface IBlockIndex : IAsyncDisposable
{
    /// <summary>
    /// Says which data files there are now. Files that the index knows and that are not listed, or listed with another length, lose their rows;
    /// if there was any such file, or one that <paramref name="givenUp"/> names and the last call did not, every "complete below" flag is cleared.
    /// </summary>
    /// <param name="listed">Every data file of this run's listing and its length in bytes.</param>
    /// <param name="givenUp">The files that trash objects name: their rows stay, but do not count.</param>
    /// <returns>The listed files that the index does not know: the caller reads their trailers and adds them.</returns>
    IReadOnlyList<DataFileId> Refresh(IReadOnlyDictionary<DataFileId, long> listed, IReadOnlySet<DataFileId> givenUp);

    /// <summary>Adds a data file with all its blocks, and counts it among the live ones. Adding it again changes nothing.</summary>
    /// <param name="file">The file.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="records">All its records, in their order.</param>
    void AddFile(DataFileId file, long length, IReadOnlyList<IndexedRecord> records);

    /// <summary>Where a block is, if it is in a live file.</summary>
    bool TryFind(VtHash hash, out BlockLocation location);

    /// <summary>Whether a block is in a live file; the cheapest form for blocks that most often are not.</summary>
    bool Contains(VtHash hash);

    /// <summary>Every place of a block in live files (a block can stand in several).</summary>
    IReadOnlyList<BlockLocation> FindAll(VtHash hash);

    /// <summary>Every place of a block in files that were listed and given up: to read it from while they stand, never to rely on.</summary>
    IReadOnlyList<BlockLocation> FindGivenUp(VtHash hash);

    /// <summary>Every block in live files in the order of hash bytes, each hash once.</summary>
    IEnumerable<(VtHash Hash, BlockLocation Location)> Enumerate();

    /// <summary>How many different blocks there are in live files.</summary>
    long CountBlocks();

    /// <summary>Whether everything below the block with this hash, an indirect or directory block, was present when that was last looked at.</summary>
    bool IsCompleteBelow(VtHash hash);

    /// <summary>Notes that everything below these blocks is present.</summary>
    void MarkCompleteBelow(IReadOnlyCollection<VtHash> hashes);

    /// <summary>Clears every "complete below" flag: damage was found, and the next run must look every block up.</summary>
    void ClearCompleteBelow();

    /// <summary>Forgets everything, as if the cache had been deleted. A <see cref="Refresh"/> must follow before anything is asked.</summary>
    void Clear();
}
