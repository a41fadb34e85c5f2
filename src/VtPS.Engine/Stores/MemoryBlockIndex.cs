namespace VtPS.Engine.Stores;

/// <summary>
/// An index of this process alone: for remote Stores, where SQLite cannot lock, and in tests. Beyond half a million blocks the pages go to a
/// temporary file, where one can be had, and eleven to twenty bytes a block stay in memory. Safe for use by many threads.
/// </summary>
internal sealed class MemoryBlockIndex : IBlockIndex
{
    private const long InMemoryMaximum = 24 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly VtHashName _hashName;
    private readonly BlockTable _table;
    private readonly SpillFile _spill = new();
    private readonly HashSet<VtHash> _complete = [];
    private long _bytes;
    private HashSet<DataFileId> _givenUp = [];

    /// <summary>Makes an empty index.</summary>
    /// <param name="hashName">The Store's hash function.</param>
    public MemoryBlockIndex(VtHashName hashName)
    {
        _hashName = hashName;
        _table = new BlockTable(hashName, _spill);
    }

    /// <inheritdoc/>
    public IReadOnlyList<DataFileId> Refresh(IReadOnlyDictionary<DataFileId, long> listed, IReadOnlySet<DataFileId> givenUp)
    {
        lock (_lock)
        {
            bool lost = false;
            foreach (DataFileId file in givenUp)
            {
                lost |= !_givenUp.Contains(file);
            }

            _givenUp = [.. givenUp];
            List<DataFileId> gone = [];
            foreach (DataFileId file in _table.Files)
            {
                if (!listed.TryGetValue(file, out long length) || length != _table.LengthOf(file))
                {
                    gone.Add(file);
                }
            }

            foreach (DataFileId file in gone)
            {
                _table.RemoveFile(file);
            }

            if (lost || gone.Count > 0)
            {
                _complete.Clear();
            }

            List<DataFileId> unknown = [];
            foreach (DataFileId file in listed.Keys)
            {
                if (_table.LengthOf(file) < 0)
                {
                    unknown.Add(file);
                }
                else
                {
                    _table.SetLive(file, !_givenUp.Contains(file));
                }
            }

            return unknown;
        }
    }

    /// <inheritdoc/>
    public void AddFile(DataFileId file, long length, IReadOnlyList<IndexedRecord> records)
    {
        List<byte[]> pages = BlockPage.Encode(file, length, records, _hashName);
        lock (_lock)
        {
            long known = _table.LengthOf(file);
            if (known == length)
            {
                return;
            }

            if (known >= 0)
            {
                _table.RemoveFile(file);
                _complete.Clear();
            }

            int number = _table.AddFile(file, length, isLive: !_givenUp.Contains(file));
            foreach (byte[] page in pages)
            {
                _bytes += page.Length;
                _table.AddPage(number, page, _bytes > InMemoryMaximum ? _spill.Append(page) : -1);
            }
        }
    }

    /// <inheritdoc/>
    public bool TryFind(VtHash hash, out BlockLocation location)
    {
        if (hash.Name != _hashName)
        {
            location = default;
            return false;
        }

        lock (_lock)
        {
            return _table.TryFind(hash.Span, out location);
        }
    }

    /// <inheritdoc/>
    public bool Contains(VtHash hash)
    {
        if (hash.Name != _hashName)
        {
            return false;
        }

        lock (_lock)
        {
            return _table.Contains(hash.Span);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<BlockLocation> FindAll(VtHash hash) => FindAll(hash, isLive: true);

    /// <inheritdoc/>
    public IReadOnlyList<BlockLocation> FindGivenUp(VtHash hash) => FindAll(hash, isLive: false);

    /// <inheritdoc/>
    public IEnumerable<(VtHash Hash, BlockLocation Location)> Enumerate()
    {
        BlockBatch batch = new(_hashName);
        for (ulong from = 0; from <= uint.MaxValue;)
        {
            from = NextBatch(from, batch);
            batch.ThrowIfShort();
            for (int i = 0; i < batch.Count; i++)
            {
                yield return batch[i];
            }
        }
    }

    /// <summary>The next part of an enumeration, as <see cref="BlockTable.NextBatch"/> has it.</summary>
    public ulong NextBatch(ulong from, BlockBatch batch)
    {
        lock (_lock)
        {
            return _table.NextBatch(from, batch);
        }
    }

    /// <inheritdoc/>
    public long CountBlocks()
    {
        lock (_lock)
        {
            return _table.CountDistinct();
        }
    }

    /// <inheritdoc/>
    public bool IsCompleteBelow(VtHash hash)
    {
        lock (_lock)
        {
            return _complete.Contains(hash);
        }
    }

    /// <inheritdoc/>
    public void MarkCompleteBelow(IReadOnlyCollection<VtHash> hashes)
    {
        lock (_lock)
        {
            _complete.UnionWith(hashes);
        }
    }

    /// <inheritdoc/>
    public void ClearCompleteBelow()
    {
        lock (_lock)
        {
            _complete.Clear();
        }
    }

    /// <inheritdoc/>
    public void Clear() => Refresh(new Dictionary<DataFileId, long>(), new HashSet<DataFileId>());

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _spill.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private List<BlockLocation> FindAll(VtHash hash, bool isLive)
    {
        List<BlockLocation> locations = [];
        if (hash.Name == _hashName)
        {
            lock (_lock)
            {
                _table.FindAll(hash.Span, locations, isLive);
            }
        }

        return locations;
    }
}
