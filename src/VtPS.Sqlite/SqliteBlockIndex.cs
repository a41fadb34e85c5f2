using System.Security.Cryptography;
using VtPS.Engine.Stores;

namespace VtPS.Sqlite;

/// <summary>
/// An index in a database that several processes share. What is live is known to each instance alone, in memory; the pages of blocks and the
/// "complete below" flags are in the database. A failure of the database never shows but by blocks that are not found until the next
/// <see cref="Refresh"/>, which then names the files to read again. Safe for use by many threads.
/// </summary>
internal sealed class SqliteBlockIndex : IBlockIndex, IBlockPageSource
{
    /// <summary>How long a series of reads may last: they see what was there at its beginning.</summary>
    private const int ReadingMilliseconds = 100;

    /// <summary>The widest gap between the numbers of files that is read over rather than leapt.</summary>
    private const int GapMaximum = 16;

    // Taken in this order.
    private readonly Lock _lock = new();
    private readonly Lock _databaseLock = new();

    private readonly VtHashName _hashName;
    private readonly IndexFile _file;
    private readonly IndexDatabase _database;
    private readonly long _writer = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
    private readonly Timer _readingTimer;
    private readonly byte[] _buffer = new byte[8192];
    private readonly Dictionary<DataFileId, FileRow> _rows = [];
    private readonly List<(FileRow Row, int Number)> _pending = [];
    private BlockTable _table;
    private IReadOnlySet<DataFileId>? _givenUp;
    private HashSet<DataFileId> _givenUpByAny = [];
    private bool _closed;

    // Flags rest on files that their writer counted as live. They hold for this instance if it counts those too: all with numbers up to this.
    private long _trusted;
    private long _lastLive;
    private long _generation;
    private bool _flagsReadable;
    private bool _flagsWritable;

    // Cleared until the next refresh when something could not be written: waiting again and again for a stuck process would hold up the run.
    private volatile bool _writable = true;

    // Set when something was not there: either another process dropped it, or the database is damaged. The next refresh finds out.
    private volatile bool _suspect;

    // Set when the database is of no more use, and when that is by damage.
    private volatile bool _failed;
    private volatile bool _damaged;

    // What takes over at the first refresh after a failure.
    private MemoryBlockIndex? _memory;

    /// <summary>Takes over an open database.</summary>
    public SqliteBlockIndex(IndexFile file, IndexDatabase database, VtHashName hashName)
    {
        _file = file;
        _database = database;
        _hashName = hashName;
        _table = new BlockTable(hashName, this);
        _readingTimer = new Timer(static index => ((SqliteBlockIndex)index!).EndReading(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Whether the database still serves.</summary>
    internal bool IsPersistent => !_failed;

    /// <inheritdoc/>
    public IReadOnlyList<DataFileId> Refresh(IReadOnlyDictionary<DataFileId, long> listed, IReadOnlySet<DataFileId> givenUp)
    {
        lock (_lock)
        {
            if (_memory is null)
            {
                if (ReadState(listed, givenUp) is { } state)
                {
                    return Apply(state, listed, givenUp);
                }

                LeaveDatabase();
            }

            return _memory!.Refresh(listed, givenUp);
        }
    }

    /// <inheritdoc/>
    public void AddFile(DataFileId file, long length, IReadOnlyList<IndexedRecord> records)
    {
        lock (_lock)
        {
            if (_memory is null && _table.LengthOf(file) == length)
            {
                return;
            }
        }

        List<byte[]> pages = BlockPage.Encode(file, length, records, _hashName);
        FileRow? row = Store(file, length, pages, out bool cleared);
        lock (_lock)
        {
            if (_memory is not null)
            {
                _memory.AddFile(file, length, records);
                return;
            }

            if (_table.LengthOf(file) == length)
            {
                return;
            }

            _table.RemoveFile(file);
            _rows.Remove(file);
            bool isLive = _givenUp?.Contains(file) != true;
            int number = _table.AddFile(file, length, isLive);
            for (int i = 0; i < pages.Count; i++)
            {
                _table.AddPage(number, pages[i], row is null ? -1 : row.Value.FirstPage + i);
            }

            if (row is null || cleared || (isLive && _givenUpByAny.Contains(file)))
            {
                // What a flag would rest on is not what the others know.
                _flagsWritable = false;
            }

            if (row is not null)
            {
                _rows[file] = row.Value;
                _lastLive = Math.Max(_lastLive, row.Value.Number);
                _trusted += row.Value.Number == _trusted + 1 && isLive ? 1 : 0;
            }
        }
    }

    /// <inheritdoc/>
    public bool TryFind(VtHash hash, out BlockLocation location)
    {
        location = default;
        if (hash.Name != _hashName)
        {
            return false;
        }

        lock (_lock)
        {
            return _memory is not null ? _memory.TryFind(hash, out location) : Loaded().TryFind(hash.Span, out location);
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
            return _memory is not null ? _memory.Contains(hash) : Loaded().Contains(hash.Span);
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
            lock (_lock)
            {
                from = _memory is not null ? _memory.NextBatch(from, batch) : Loaded().NextBatch(from, batch);
            }

            batch.ThrowIfShort();
            for (int i = 0; i < batch.Count; i++)
            {
                yield return batch[i];
            }
        }
    }

    /// <inheritdoc/>
    public long CountBlocks()
    {
        lock (_lock)
        {
            return _memory is not null ? _memory.CountBlocks() : Loaded().CountDistinct();
        }
    }

    /// <inheritdoc/>
    public bool IsCompleteBelow(VtHash hash)
    {
        lock (_lock)
        {
            if (_memory is not null)
            {
                return _memory.IsCompleteBelow(hash);
            }

            if (_failed || !_flagsReadable || hash.Name != _hashName)
            {
                return false;
            }

            // Always from the database: another process may have cleared them.
            try
            {
                lock (_databaseLock)
                {
                    return _database.TryReadFlag(hash.Span, out long lastFile, out long writer) && (writer == _writer || lastFile <= _trusted);
                }
            }
            catch (SqliteFailure failure)
            {
                Note(failure);
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public void MarkCompleteBelow(IReadOnlyCollection<VtHash> hashes)
    {
        long generation;
        long lastLive;
        lock (_lock)
        {
            if (_memory is not null)
            {
                _memory.MarkCompleteBelow(hashes);
                return;
            }

            if (_failed || !_writable || !_flagsWritable || hashes.Count == 0)
            {
                return;
            }

            generation = _generation;
            lastLive = _lastLive;
        }

        List<VtHash> sorted = [.. hashes];
        sorted.Sort();
        try
        {
            lock (_databaseLock)
            {
                if (!_closed)
                {
                    _database.SetFlags(sorted, generation, lastLive, _writer);
                }
            }
        }
        catch (SqliteFailure failure)
        {
            Note(failure);
            _writable = false;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="VtException">StoreBusy: another process holds the database.</exception>
    public void ClearCompleteBelow()
    {
        lock (_lock)
        {
            if (_memory is not null)
            {
                _memory.ClearCompleteBelow();
            }
            else
            {
                ChangeAll(forget: false);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="VtException">StoreBusy: another process holds the database.</exception>
    public void Clear()
    {
        lock (_lock)
        {
            if (_memory is not null)
            {
                _memory.Clear();
            }
            else
            {
                ChangeAll(forget: true);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_memory is not null)
            {
                return _memory.DisposeAsync();
            }

            if (!_closed)
            {
                CloseDatabase();
                _table = new BlockTable(_hashName, this);
            }
        }

        return ValueTask.CompletedTask;
    }

    ReadOnlySpan<byte> IBlockPageSource.Read(long position)
    {
        if (_failed)
        {
            return default;
        }

        try
        {
            lock (_databaseLock)
            {
                if (_database.BeginReading())
                {
                    _readingTimer.Change(ReadingMilliseconds, Timeout.Infinite);
                }

                int length = _database.ReadPage(position, _buffer);
                _suspect |= length == 0;
                return _buffer.AsSpan(0, length);
            }
        }
        catch (SqliteFailure failure)
        {
            Note(failure);
            return default;
        }
    }

    void IBlockPageSource.Distrust() => _failed = _damaged = true;

    private List<BlockLocation> FindAll(VtHash hash, bool isLive)
    {
        List<BlockLocation> locations = [];
        if (hash.Name == _hashName)
        {
            lock (_lock)
            {
                if (_memory is not null)
                {
                    return [.. isLive ? _memory.FindAll(hash) : _memory.FindGivenUp(hash)];
                }

                Loaded().FindAll(hash.Span, locations, isLive);
            }
        }

        return locations;
    }

    /// <summary>Clears all flags and, where asked, drops all files. Nothing that this instance looked up before lets it write a flag until its next refresh.</summary>
    private void ChangeAll(bool forget)
    {
        _flagsWritable = _flagsReadable = false;
        if (_failed)
        {
            return;
        }

        try
        {
            lock (_databaseLock)
            {
                _database.Change(_ => forget, new HashSet<DataFileId>(), _ => forget, mustClear: true);
            }
        }
        catch (SqliteFailure failure) when (!failure.IsDamage)
        {
            throw new VtException(VtErrorId.StoreBusy, "The index cache of the Store could not be changed, because another process holds it. Run the command again.", null, failure);
        }
        catch (SqliteFailure)
        {
            // The next refresh leaves the damaged file and has it deleted.
            _failed = _damaged = true;
        }
    }

    /// <summary>Reads what the database knows and changes what the listing says otherwise; null where the database failed.</summary>
    private IndexState? ReadState(IReadOnlyDictionary<DataFileId, long> listed, IReadOnlySet<DataFileId> givenUp)
    {
        if (_failed)
        {
            return null;
        }

        try
        {
            lock (_databaseLock)
            {
                IndexState state = _database.ReadState();
                if (_suspect && !_database.IsWhole(state.Files))
                {
                    _failed = _damaged = true;
                    return null;
                }

                _suspect = false;
                bool mustClear = false;
                bool changes = false;
                foreach (DataFileId file in givenUp)
                {
                    mustClear |= _givenUp?.Contains(file) == false;
                    changes |= !state.GivenUp.Contains(file);
                }

                foreach (FileRow row in state.Files)
                {
                    changes |= IsGone(row);
                }

                foreach (DataFileId file in state.GivenUp)
                {
                    changes |= IsForgotten(file);
                }

                _flagsReadable = _writable = true;
                if (changes || mustClear)
                {
                    try
                    {
                        state = _database.Change(IsGone, givenUp, IsForgotten, mustClear);
                    }
                    catch (SqliteFailure failure) when (!failure.IsDamage)
                    {
                        // The database says what is no longer so: this instance does without those files and without flags; the next refresh tries again.
                        state.Files.RemoveAll(IsGone);
                        _flagsReadable = _writable = false;
                    }
                }

                return state;
            }
        }
        catch (SqliteFailure failure)
        {
            Note(failure);
            _failed = true;
            return null;
        }

        bool IsGone(FileRow row) => !listed.TryGetValue(row.Id, out long length) || length != row.Length;

        bool IsForgotten(DataFileId file) => !listed.ContainsKey(file) && !givenUp.Contains(file);
    }

    private List<DataFileId> Apply(IndexState state, IReadOnlyDictionary<DataFileId, long> listed, IReadOnlySet<DataFileId> givenUp)
    {
        HashSet<DataFileId> known = new(state.Files.Count);
        long newBlocks = 0;
        foreach (FileRow row in state.Files)
        {
            known.Add(row.Id);
            if (_rows.TryGetValue(row.Id, out FileRow before) && before == row)
            {
                continue;
            }

            // A file that was dropped and added again by others has other pages now.
            _table.RemoveFile(row.Id);
            _rows[row.Id] = row;
            _pending.Add((row, _table.AddFile(row.Id, row.Length, isLive: false)));
            newBlocks += row.BlockCount;
        }

        List<DataFileId> dropped = [];
        foreach (DataFileId file in _table.Files)
        {
            if (!known.Contains(file))
            {
                dropped.Add(file);
            }
        }

        foreach (DataFileId file in dropped)
        {
            _table.RemoveFile(file);
            _rows.Remove(file);
        }

        foreach (DataFileId file in known)
        {
            _table.SetLive(file, !givenUp.Contains(file));
        }

        _givenUp = givenUp.ToHashSet();
        _givenUpByAny = state.GivenUp;
        _generation = state.Generation;
        _trusted = _lastLive = state.LastNumber;
        _pending.RemoveAll(pending => !_rows.TryGetValue(pending.Row.Id, out FileRow row) || row != pending.Row);
        _flagsWritable = _flagsReadable;
        foreach (DataFileId file in state.GivenUp)
        {
            _flagsWritable &= !_table.IsLive(file);
        }

        List<DataFileId> unknown = [];
        foreach (DataFileId file in listed.Keys)
        {
            if (!known.Contains(file))
            {
                unknown.Add(file);
            }
        }

        return unknown;
    }

    /// <summary>Puts a file in the database; null where it could not be had, and the file counts for this instance alone.</summary>
    private FileRow? Store(DataFileId file, long length, List<byte[]> pages, out bool cleared)
    {
        cleared = false;
        if (_failed || !_writable)
        {
            return null;
        }

        byte[] tags = BlockTags.Encode(pages, VtHashNames.Size(_hashName));
        try
        {
            lock (_databaseLock)
            {
                if (_closed)
                {
                    return null;
                }

                FileRow row = _database.Add(file, length, pages, tags, out cleared);
                return row.PageCount == pages.Count ? row : null;
            }
        }
        catch (SqliteFailure failure)
        {
            Note(failure);
            _writable = false;
            return null;
        }
    }

    /// <summary>The table, with the blocks of all files that the last refresh found.</summary>
    private BlockTable Loaded()
    {
        if (_pending.Count > 0)
        {
            Load();
        }

        return _table;
    }

    private void Load()
    {
        _pending.Sort(static (x, y) => x.Row.Number.CompareTo(y.Row.Number));
        long blocks = 0;
        foreach ((FileRow row, _) in _pending)
        {
            blocks += row.BlockCount;
        }

        // What a damaged row says must not ask for all memory there is.
        _table.Reserve(Math.Min(blocks, 32 * 1024 * 1024));
        int at = 0;
        try
        {
            while (at < _pending.Count)
            {
                int end = at;
                while (end + 1 < _pending.Count && _pending[end + 1].Row.Number - _pending[end].Row.Number <= GapMaximum)
                {
                    end++;
                }

                lock (_databaseLock)
                {
                    _database.ReadTags(_pending[at].Row.Number, _pending[end].Row.Number, Take);
                }

                _suspect |= at <= end;

                at = end + 1;
            }
        }
        catch (SqliteFailure failure)
        {
            Note(failure);
        }

        _table.EndPages();
        _pending.Clear();

        void Take(long file, ReadOnlySpan<byte> content)
        {
            // Files that came since stand between, and such as went do not come: their blocks are not found.
            while (at < _pending.Count && _pending[at].Row.Number < file)
            {
                at++;
                _suspect = true;
            }

            if (at == _pending.Count || _pending[at].Row.Number != file)
            {
                return;
            }

            (FileRow row, int number) = _pending[at];
            if (BlockTags.TryRead(content, row.BlockCount, out ReadOnlySpan<byte> tags))
            {
                _table.AddPages(number, tags, row.FirstPage);
                at++;
            }
            else
            {
                _failed = _damaged = true;
            }
        }
    }

    private void EndReading()
    {
        lock (_databaseLock)
        {
            if (!_closed)
            {
                try
                {
                    _database.EndReading();
                }
                catch (SqliteFailure failure)
                {
                    Note(failure);
                }
            }
        }
    }

    private void Note(SqliteFailure failure)
    {
        if (failure.IsDamage)
        {
            _failed = _damaged = true;
        }
    }

    /// <summary>Goes on in memory, from nothing.</summary>
    private void LeaveDatabase()
    {
        _failed = true;
        CloseDatabase();
        _memory = new MemoryBlockIndex(_hashName);
        _table = new BlockTable(_hashName, this);
        _rows.Clear();
        _pending.Clear();
    }

    private void CloseDatabase()
    {
        _readingTimer.Dispose();
        lock (_databaseLock)
        {
            _closed = true;
            _database.Dispose();
        }

        _failed = true;

        if (_damaged)
        {
            _file.Delete();
            _damaged = false;
        }
    }
}
