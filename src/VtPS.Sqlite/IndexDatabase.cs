using VtPS.Engine.Stores;

namespace VtPS.Sqlite;

/// <summary>
/// The statements on an index's database. Every method is one transaction, and every failure a <see cref="SqliteFailure"/> after which nothing of it stands.
/// Used by one thread at a time.
/// </summary>
internal sealed class IndexDatabase : IDisposable
{
    private readonly Database _database;
    private readonly Statement _readState;
    private readonly Statement _readFiles;
    private readonly Statement _readFile;
    private readonly Statement _readGivenUp;
    private readonly Statement _readPage;
    private readonly Statement _readTags;
    private readonly Statement _readFlag;
    private readonly Statement _addPage;
    private readonly Statement _addTags;
    private readonly Statement _addFile;
    private readonly Statement _advance;
    private readonly Statement _beginReading;
    private readonly Statement _endReading;
    private bool _reading;

    /// <summary>Takes over a connection to a database of the present schema.</summary>
    public IndexDatabase(Database database)
    {
        _database = database;
        _readState = database.Prepare("SELECT generation, last_file, last_page FROM state");
        _readFiles = database.Prepare("SELECT number, id, length, first_page, pages, blocks FROM files");
        _readFile = database.Prepare("SELECT number, id, length, first_page, pages, blocks FROM files WHERE id = ?");
        _readGivenUp = database.Prepare("SELECT id FROM given_up");
        _readPage = database.Prepare("SELECT content FROM pages WHERE number = ?");
        _readTags = database.Prepare("SELECT file, content FROM tags WHERE file >= ? AND file <= ?");
        _readFlag = database.Prepare("SELECT files, writer FROM complete WHERE hash = ?");
        _addPage = database.Prepare("INSERT INTO pages (number, content) VALUES (?, ?)");
        _addTags = database.Prepare("INSERT INTO tags (file, content) VALUES (?, ?)");
        _addFile = database.Prepare("INSERT INTO files (number, id, length, first_page, pages, blocks) VALUES (?, ?, ?, ?, ?, ?)");
        _advance = database.Prepare("UPDATE state SET last_file = ?, last_page = ?");
        _beginReading = database.Prepare("BEGIN");
        _endReading = database.Prepare("COMMIT");
    }

    /// <summary>Takes the bytes of a file's tags, which hold during the call.</summary>
    public delegate void TagsReceiver(long file, ReadOnlySpan<byte> content);

    /// <summary>All that the database knows but the pages and flags.</summary>
    public IndexState ReadState()
    {
        // Not as a writer: a look at an unchanged Store waits for nobody.
        EndReading();
        _database.Execute("BEGIN");
        try
        {
            IndexState state = ReadStateInTransaction();
            _database.Commit();
            return state;
        }
        catch
        {
            _database.Rollback();
            throw;
        }
    }

    /// <summary>
    /// Drops the files that <paramref name="isGone"/> says are gone, notes the newly given up ones, and clears the flags if there was any of either
    /// or <paramref name="mustClear"/> says so.
    /// </summary>
    /// <param name="isGone">Says of a known file whether it is gone.</param>
    /// <param name="givenUp">The files that trash objects name now.</param>
    /// <param name="isForgotten">Says of a file noted as given up whether it need not be noted any longer.</param>
    /// <param name="mustClear">Whether the flags go in any case.</param>
    /// <returns>What the database knows then.</returns>
    public IndexState Change(Func<FileRow, bool> isGone, IReadOnlySet<DataFileId> givenUp, Func<DataFileId, bool> isForgotten, bool mustClear)
    {
        EndReading();
        _database.Begin();
        try
        {
            // Read again: another process may have changed it since.
            IndexState state = ReadStateInTransaction();
            Span<byte> id = stackalloc byte[16];
            bool clear = mustClear;
            for (int i = state.Files.Count - 1; i >= 0; i--)
            {
                if (isGone(state.Files[i]))
                {
                    Delete(state.Files[i]);
                    state.Files.RemoveAt(i);
                    clear = true;
                }
            }

            using (Statement add = _database.PrepareOnce("INSERT INTO given_up (id) VALUES (?)"))
            {
                foreach (DataFileId file in givenUp)
                {
                    if (state.GivenUp.Add(file))
                    {
                        file.Write(id);
                        add.Bind(1, id).Run();
                        clear = true;
                    }
                }
            }

            using (Statement remove = _database.PrepareOnce("DELETE FROM given_up WHERE id = ?"))
            {
                foreach (DataFileId file in state.GivenUp)
                {
                    if (isForgotten(file))
                    {
                        file.Write(id);
                        remove.Bind(1, id).Run();
                    }
                }
            }

            state.GivenUp.RemoveWhere(file => isForgotten(file));
            if (clear)
            {
                Clear();
                state = state with { Generation = state.Generation + 1 };
            }

            _database.Commit();
            return state;
        }
        catch
        {
            _database.Rollback();
            throw;
        }
    }

    /// <summary>Adds a file with its pages; one that is there already at this length stays as it is.</summary>
    /// <param name="file">The file.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="pages">Its pages.</param>
    /// <param name="tags">Its tags, as <see cref="BlockTags"/> has them.</param>
    /// <param name="cleared">Whether a file of the same id and another length made way, and the flags with it.</param>
    public FileRow Add(DataFileId file, long length, IReadOnlyList<byte[]> pages, byte[] tags, out bool cleared)
    {
        cleared = false;
        Span<byte> id = stackalloc byte[16];
        file.Write(id);
        EndReading();
        _database.Begin();
        try
        {
            _readFile.Bind(1, id);
            if (_readFile.Step())
            {
                FileRow known = Row(_readFile);
                _readFile.Reset();
                if (known.Length == length)
                {
                    _database.Rollback();
                    return known;
                }

                Delete(known);
                Clear();
                cleared = true;
            }

            _readState.Step();
            long number = _readState.Number(1) + 1;
            long firstPage = _readState.Number(2) + 1;
            _readState.Reset();
            long blocks = 0;
            for (int i = 0; i < pages.Count; i++)
            {
                _addPage.Bind(1, firstPage + i).Bind(2, pages[i]).Run();
                blocks += BlockPage.Count(pages[i]);
            }

            _addFile.Bind(1, number).Bind(2, id).Bind(3, length).Bind(4, firstPage).Bind(5, pages.Count).Bind(6, blocks).Run();
            _addTags.Bind(1, number).Bind(2, tags).Run();
            _advance.Bind(1, number).Bind(2, firstPage + pages.Count - 1).Run();
            _database.Commit();
            return new FileRow(number, file, length, firstPage, pages.Count, blocks);
        }
        catch
        {
            _database.Rollback();
            throw;
        }
    }

    /// <summary>
    /// Begins a series of <see cref="ReadPage"/>, which sees the database as it is now and is half as dear as single reads. Any other method ends it.
    /// While it lasts, what other processes write piles up in the log.
    /// </summary>
    /// <returns>False if there was one already.</returns>
    public bool BeginReading()
    {
        if (_reading)
        {
            return false;
        }

        _beginReading.Run();
        return _reading = true;
    }

    /// <summary>Ends a series of reads, if there is one.</summary>
    public void EndReading()
    {
        if (_reading)
        {
            _reading = false;
            _endReading.Run();
        }
    }

    /// <summary>Copies a page to a buffer.</summary>
    /// <returns>Its length; 0 where it is gone or does not fit.</returns>
    public int ReadPage(long number, Span<byte> buffer)
    {
        _readPage.Bind(1, number);
        int length = 0;
        if (_readPage.Step())
        {
            ReadOnlySpan<byte> content = _readPage.Blob(0);
            if (content.Length <= buffer.Length)
            {
                content.CopyTo(buffer);
                length = content.Length;
            }

            _readPage.Reset();
        }

        return length;
    }

    /// <summary>Reads the tags of files, as <see cref="BlockTags"/> has them, in the order of the files' numbers.</summary>
    public void ReadTags(long firstFile, long lastFile, TagsReceiver receive)
    {
        EndReading();
        _readTags.Bind(1, firstFile).Bind(2, lastFile);
        try
        {
            while (_readTags.Step())
            {
                receive(_readTags.Number(0), _readTags.Blob(1));
            }
        }
        finally
        {
            _readTags.Reset();
        }
    }

    /// <summary>Whether these files still have all that belongs to them; one that another process has dropped meanwhile counts as whole.</summary>
    public bool IsWhole(IReadOnlyList<FileRow> files)
    {
        EndReading();
        using Statement count = _database.PrepareOnce("""
            SELECT (SELECT count(*) FROM pages WHERE number >= ?1 AND number < ?2) = ?3 AND EXISTS (SELECT 1 FROM tags WHERE file = ?4)
                OR NOT EXISTS (SELECT 1 FROM files WHERE number = ?4)
            """);
        foreach (FileRow file in files)
        {
            count.Bind(1, file.FirstPage).Bind(2, file.FirstPage + file.PageCount).Bind(3, file.PageCount).Bind(4, file.Number);
            bool isWhole = count.Step() && count.Number(0) != 0;
            count.Reset();
            if (!isWhole)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Looks for a "complete below" flag.</summary>
    /// <param name="hash">The block.</param>
    /// <param name="lastFile">The flag rests on files with numbers up to this alone.</param>
    /// <param name="writer">Who set it.</param>
    public bool TryReadFlag(ReadOnlySpan<byte> hash, out long lastFile, out long writer)
    {
        lastFile = writer = 0;
        EndReading();
        _readFlag.Bind(1, hash);
        if (!_readFlag.Step())
        {
            return false;
        }

        lastFile = _readFlag.Number(0);
        writer = _readFlag.Number(1);
        _readFlag.Reset();
        return true;
    }

    /// <summary>Sets flags, unless they were cleared since <paramref name="generation"/>.</summary>
    /// <param name="hashes">The blocks; sorted, that is quicker.</param>
    /// <param name="generation">The generation that the writer's knowledge is of.</param>
    /// <param name="lastFile">The highest number of a file that the writer counts as live.</param>
    /// <param name="writer">The writer.</param>
    public void SetFlags(IReadOnlyList<VtHash> hashes, long generation, long lastFile, long writer)
    {
        EndReading();
        _database.Begin();
        try
        {
            _readState.Step();
            long now = _readState.Number(0);
            _readState.Reset();
            if (now != generation)
            {
                _database.Rollback();
                return;
            }

            using Statement add = _database.PrepareOnce("INSERT OR REPLACE INTO complete (hash, files, writer) VALUES (?, ?, ?)");
            foreach (VtHash hash in hashes)
            {
                add.Bind(1, hash.Span).Bind(2, lastFile).Bind(3, writer).Run();
            }

            _database.Commit();
        }
        catch
        {
            _database.Rollback();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    private static FileRow Row(Statement statement)
    {
        ReadOnlySpan<byte> id = statement.Blob(1);
        long pages = statement.Number(4);
        long blocks = statement.Number(5);
        if (id.Length != 16 || blocks < 0 || pages != (blocks + BlockPage.Capacity - 1) / BlockPage.Capacity)
        {
            throw new SqliteFailure(SQLitePCL.raw.SQLITE_CORRUPT, "The row of a data file says what cannot be.");
        }

        return new FileRow(statement.Number(0), DataFileId.Read(id), statement.Number(2), statement.Number(3), (int)pages, blocks);
    }

    private IndexState ReadStateInTransaction()
    {
        if (!_readState.Step())
        {
            throw new SqliteFailure(SQLitePCL.raw.SQLITE_CORRUPT, "The index has no state.");
        }

        long generation = _readState.Number(0);
        long lastNumber = _readState.Number(1);
        _readState.Reset();
        List<FileRow> files = [];
        while (_readFiles.Step())
        {
            files.Add(Row(_readFiles));
        }

        HashSet<DataFileId> givenUp = [];
        while (_readGivenUp.Step())
        {
            givenUp.Add(DataFileId.Read(_readGivenUp.Blob(0)));
        }

        return new IndexState(generation, lastNumber, files, givenUp);
    }

    private void Delete(FileRow file)
    {
        using Statement pages = _database.PrepareOnce("DELETE FROM pages WHERE number >= ? AND number < ?");
        pages.Bind(1, file.FirstPage).Bind(2, file.FirstPage + file.PageCount).Run();
        using Statement tags = _database.PrepareOnce("DELETE FROM tags WHERE file = ?");
        tags.Bind(1, file.Number).Run();
        using Statement row = _database.PrepareOnce("DELETE FROM files WHERE number = ?");
        row.Bind(1, file.Number).Run();
    }

    private void Clear() => _database.Execute("DELETE FROM complete; UPDATE state SET generation = generation + 1");
}
