using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Maintenance;

/// <summary>
/// The blocks of a Store as its data files' trailers tell them now: a check believes no cache. Files that were given up count, because whoever deletes them
/// saves what is needed of them first.
/// </summary>
internal sealed class TestBlocks : IAsyncDisposable
{
    private readonly StoreSession _store;
    private readonly MemoryBlockIndex _index;
    private readonly PackedBlockReader _reader;
    private readonly SemaphoreSlim _looking = new(1, 1);
    private readonly HashSet<DataFileId> _gone = [];
    private readonly HashSet<DataFileId> _damaged = [];

    public TestBlocks(StoreSession store)
    {
        _store = store;
        _index = new MemoryBlockIndex(store.Config.HashName);
        _reader = new PackedBlockReader(store.Config.HashName, _index, store.DataFiles, LookAsync);
        Trees = new StoreTreeReader(_reader);
    }

    /// <summary>What was found wrong with beginnings and ends of data files.</summary>
    public List<Finding> Findings { get; } = [];

    public IBlockReader Reader => _reader;

    public StoreTreeReader Trees { get; }

    /// <summary>The data files of the last look and their lengths in bytes.</summary>
    public Dictionary<DataFileId, long> Files { get; private set; } = [];

    /// <summary>The files whose beginning or end is damaged.</summary>
    public IReadOnlySet<DataFileId> DamagedFiles => _damaged;

    /// <summary>How many records they have.</summary>
    public long Records { get; private set; }

    /// <summary>How many different blocks.</summary>
    public long CountBlocks() => _index.CountBlocks();

    /// <summary>Lists the data files anew and reads the trailers of those that are new; once more whenever one is gone before that.</summary>
    /// <exception cref="VtException">StoreReadFailed.</exception>
    public async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LookAloneAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>The length in bytes of a block, or -1 where the Store does not have it: now, or after as many more looks as the data files change meanwhile.</summary>
    public async ValueTask<int> FindAsync(VtHash hash, CancellationToken cancellationToken)
    {
        if (_index.TryFind(hash, out BlockLocation location))
        {
            return location.BlockLength;
        }

        if (hash.Name != _store.Config.HashName)
        {
            return -1;
        }

        await _looking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (!_index.TryFind(hash, out location))
            {
                if (!await HasChangedAsync(cancellationToken).ConfigureAwait(false))
                {
                    return -1;
                }

                await LookAloneAsync(cancellationToken).ConfigureAwait(false);
            }

            return location.BlockLength;
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>Whether some place has the block, whole.</summary>
    public async ValueTask<bool> IsReadableAsync(VtHash hash, CancellationToken cancellationToken)
    {
        try
        {
            await _reader.GetAsync(hash, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (VtException e) when (e.ErrorId is VtErrorId.BlockNotFound or VtErrorId.BlockDamaged or VtErrorId.CodecUnavailable)
        {
            return false;
        }
    }

    /// <summary>The records of a file by its trailer or, where that is damaged, one by one; null where the file is gone.</summary>
    public async ValueTask<List<IndexedRecord>?> ReadRecordsAsync(DataFileId file, CancellationToken cancellationToken)
    {
        try
        {
            return await _store.DataFiles.ReadIndexAsync(file, Files[file], null, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _index.DisposeAsync().ConfigureAwait(false);
        _looking.Dispose();
    }

    private async ValueTask LookAloneAsync(CancellationToken cancellationToken)
    {
        int known;
        do
        {
            known = _gone.Count;
            Dictionary<DataFileId, long> files = [];
            await foreach (ObjectInfo info in _store.Storage.ListAsync(StoreNames.Data, cancellationToken).ConfigureAwait(false))
            {
                if (StoreNames.TryParseDataFile(info.Name, out DataFileId id))
                {
                    files[id] = info.Length;
                }
            }

            IReadOnlyList<DataFileId> unknown = _index.Refresh(files, new HashSet<DataFileId>());
            Files = files;
            await Parallel.ForEachAsync(unknown, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = _store.Parallelism }, ReadTrailerAsync).ConfigureAwait(false);
        }
        while (_gone.Count > known);
    }

    private async ValueTask<bool> HasChangedAsync(CancellationToken cancellationToken)
    {
        int count = 0;
        await foreach (ObjectInfo info in _store.Storage.ListAsync(StoreNames.Data, cancellationToken).ConfigureAwait(false))
        {
            if (StoreNames.TryParseDataFile(info.Name, out DataFileId id))
            {
                count++;
                if (!Files.ContainsKey(id))
                {
                    return true;
                }
            }
        }

        return count != Files.Count;
    }

    private async ValueTask ReadTrailerAsync(DataFileId file, CancellationToken cancellationToken)
    {
        List<string> damage = [];
        try
        {
            List<IndexedRecord> records = await _store.DataFiles.ReadIndexAsync(file, Files[file], damage.Add, cancellationToken).ConfigureAwait(false);
            _index.AddFile(file, Files[file], records);
            lock (Findings)
            {
                Records += records.Count;
                if (damage.Count > 0 && _damaged.Add(file))
                {
                    Findings.Add(new Finding(VtTestKind.DataFileDamaged, StoreNames.DataFile(file), string.Join(' ', damage) + " Repair-VtStore -Salvage saves what can be read."));
                }
            }
        }
        catch (ObjectNotFoundException)
        {
            // What was in it has moved to a file that is not known yet.
            lock (_gone)
            {
                _gone.Add(file);
            }
        }
    }
}
