using VtPS.Engine.Stores;
using VtPS.Sqlite;
using Xunit;

namespace VtPS.Engine.Tests.Index;

/// <summary>What the database adds: it outlives the process, is shared by several, and may be damaged or out of reach.</summary>
public sealed class SqliteBlockIndexTests
{
    private const VtHashName Name = VtHashName.Sha256;

    private static readonly Dictionary<DataFileId, long> OneFile = IndexSample.Listing((1, 10));
    private static readonly Dictionary<DataFileId, long> TwoFiles = IndexSample.Listing((1, 10), (2, 20));

    [Fact]
    public async Task Files_and_flags_are_there_again_when_it_is_opened_again()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        IBlockIndex index = home.Open();
        index.Refresh(OneFile, IndexSample.None);
        List<IndexedRecord> records = IndexSample.Records(Name, [.. Enumerable.Range(0, 1000)]);
        index.AddFile(IndexSample.File(1), 10, records);
        index.MarkCompleteBelow([IndexSample.Hash(Name, 5)]);
        await home.CloseAsync();

        index = home.Open();
        Assert.False(index.Contains(IndexSample.Hash(Name, 5))); // nothing is live before it was listed
        Assert.False(index.IsCompleteBelow(IndexSample.Hash(Name, 5)));
        Assert.Empty(index.Refresh(OneFile, IndexSample.None));
        foreach ((VtHash hash, BlockLocation expected) in IndexSample.Places(IndexSample.File(1), records))
        {
            Assert.True(index.TryFind(hash, out BlockLocation location));
            Assert.Equal(expected, location);
        }

        Assert.True(index.IsCompleteBelow(IndexSample.Hash(Name, 5)));
        await home.CloseAsync();

        index = home.Open();
        Assert.Equal([IndexSample.File(2)], index.Refresh(IndexSample.Listing((2, 20)), IndexSample.None));
        Assert.False(index.Contains(IndexSample.Hash(Name, 5)));
        Assert.False(index.IsCompleteBelow(IndexSample.Hash(Name, 5)));
    }

    [Fact]
    public async Task Given_up_files_are_no_news_to_the_next_process()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        IBlockIndex index = home.Open();
        index.Refresh(TwoFiles, IndexSample.Set(2));
        index.AddFile(IndexSample.File(1), 10, IndexSample.Records(Name, 1));
        index.MarkCompleteBelow([IndexSample.Hash(Name, 1)]);
        await home.CloseAsync();

        index = home.Open();
        index.Refresh(TwoFiles, IndexSample.Set(2));
        Assert.True(index.IsCompleteBelow(IndexSample.Hash(Name, 1)));
        await home.CloseAsync();

        index = home.Open();
        index.Refresh(TwoFiles, IndexSample.Set(1, 2));
        Assert.False(index.IsCompleteBelow(IndexSample.Hash(Name, 1)));
    }

    [Fact]
    public async Task What_one_instance_adds_the_other_has_at_its_next_refresh()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        IBlockIndex first = home.Open();
        IBlockIndex second = home.Open();
        first.Refresh(OneFile, IndexSample.None);
        Assert.Equal(2, second.Refresh(TwoFiles, IndexSample.None).Count);
        first.AddFile(IndexSample.File(1), 10, IndexSample.Records(Name, 1));
        Assert.Equal([IndexSample.File(2)], second.Refresh(TwoFiles, IndexSample.None));
        Assert.True(second.TryFind(IndexSample.Hash(Name, 1), out BlockLocation location));
        Assert.Equal(IndexSample.File(1), location.File);
    }

    [Fact]
    public async Task A_file_that_another_instance_has_added_can_be_added_too()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        IBlockIndex first = home.Open();
        IBlockIndex second = home.Open();
        first.Refresh(OneFile, IndexSample.None);
        second.Refresh(OneFile, IndexSample.None);
        first.AddFile(IndexSample.File(1), 10, IndexSample.Records(Name, 1, 2));
        second.AddFile(IndexSample.File(1), 10, IndexSample.Records(Name, 1, 2));
        Assert.Single(second.FindAll(IndexSample.Hash(Name, 2)));
        Assert.Empty(second.Refresh(OneFile, IndexSample.None));
        Assert.Single(second.FindAll(IndexSample.Hash(Name, 2)));
    }

    [Fact]
    public async Task An_instance_with_an_older_listing_costs_the_other_no_more_than_adding_again()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        IBlockIndex newer = home.Open();
        IBlockIndex older = home.Open();
        newer.Refresh(TwoFiles, IndexSample.None);
        newer.AddFile(IndexSample.File(1), 10, IndexSample.Records(Name, 1));
        newer.AddFile(IndexSample.File(2), 20, IndexSample.Records(Name, 2));
        older.Refresh(OneFile, IndexSample.None);
        Assert.False(older.Contains(IndexSample.Hash(Name, 2)));

        Assert.True(newer.Contains(IndexSample.Hash(Name, 1)));
        Assert.Equal([IndexSample.File(2)], newer.Refresh(TwoFiles, IndexSample.None));
        Assert.False(newer.Contains(IndexSample.Hash(Name, 2)));
        newer.AddFile(IndexSample.File(2), 20, IndexSample.Records(Name, 2));
        Assert.True(newer.Contains(IndexSample.Hash(Name, 2)));
        Assert.Empty(newer.Refresh(TwoFiles, IndexSample.None));
    }

    [Fact]
    public async Task Pages_that_another_instance_dropped_are_misses_even_when_others_follow()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        IBlockIndex first = home.Open();
        first.Refresh(OneFile, IndexSample.None);
        first.AddFile(IndexSample.File(1), 10, IndexSample.Records(Name, 1));
        await home.CloseAsync();

        // This one knows of the file, but has not read its pages when they go.
        IBlockIndex late = home.Open();
        late.Refresh(OneFile, IndexSample.None);
        first = home.Open();
        first.Refresh(IndexSample.Listing((2, 20)), IndexSample.None);
        first.AddFile(IndexSample.File(2), 20, IndexSample.Records(Name, 1, 2));
        Assert.False(late.TryFind(IndexSample.Hash(Name, 1), out _));
        Assert.False(late.Contains(IndexSample.Hash(Name, 2)));
        Assert.Equal([IndexSample.File(1)], late.Refresh(OneFile, IndexSample.None));
    }

    [Fact]
    public async Task A_flag_does_not_survive_the_disappearance_that_another_instance_noticed()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        IBlockIndex first = home.Open();
        IBlockIndex second = home.Open();
        first.Refresh(TwoFiles, IndexSample.None);
        first.AddFile(IndexSample.File(1), 10, IndexSample.Records(Name, 1));
        first.AddFile(IndexSample.File(2), 20, IndexSample.Records(Name, 2));
        first.MarkCompleteBelow([IndexSample.Hash(Name, 1)]);
        second.Refresh(TwoFiles, IndexSample.None);
        Assert.True(second.IsCompleteBelow(IndexSample.Hash(Name, 1)));

        second.Refresh(OneFile, IndexSample.None);
        Assert.False(first.IsCompleteBelow(IndexSample.Hash(Name, 1)));
        first.MarkCompleteBelow([IndexSample.Hash(Name, 1)]); // its listing is older than what was noticed
        Assert.False(first.IsCompleteBelow(IndexSample.Hash(Name, 1)));
        Assert.False(second.IsCompleteBelow(IndexSample.Hash(Name, 1)));

        first.Refresh(OneFile, IndexSample.None);
        first.MarkCompleteBelow([IndexSample.Hash(Name, 1)]);
        Assert.True(second.IsCompleteBelow(IndexSample.Hash(Name, 1)));
    }

    [Fact]
    public async Task A_flag_does_not_count_for_an_instance_that_lacks_a_file_it_may_rest_on()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        IBlockIndex writer = home.Open();
        IBlockIndex reader = home.Open();
        writer.Refresh(OneFile, IndexSample.None);
        writer.AddFile(IndexSample.File(1), 10, IndexSample.Records(Name, 1));
        reader.Refresh(OneFile, IndexSample.None);
        writer.MarkCompleteBelow([IndexSample.Hash(Name, 1)]);
        Assert.True(reader.IsCompleteBelow(IndexSample.Hash(Name, 1)));

        writer.AddFile(IndexSample.File(2), 20, IndexSample.Records(Name, 2));
        writer.MarkCompleteBelow([IndexSample.Hash(Name, 2)]);
        Assert.True(writer.IsCompleteBelow(IndexSample.Hash(Name, 2)));
        Assert.False(reader.IsCompleteBelow(IndexSample.Hash(Name, 2)));
        reader.Refresh(TwoFiles, IndexSample.None);
        Assert.True(reader.IsCompleteBelow(IndexSample.Hash(Name, 2)));
    }

    [Fact]
    public async Task An_instance_that_has_not_heard_of_a_given_up_file_sets_no_flags()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        IBlockIndex first = home.Open();
        IBlockIndex second = home.Open();
        first.Refresh(OneFile, IndexSample.None);
        first.AddFile(IndexSample.File(1), 10, IndexSample.Records(Name, 1));
        first.Refresh(OneFile, IndexSample.Set(1));
        second.Refresh(OneFile, IndexSample.None); // it listed the trash before
        Assert.True(second.Contains(IndexSample.Hash(Name, 1)));
        second.MarkCompleteBelow([IndexSample.Hash(Name, 1)]);
        Assert.False(first.IsCompleteBelow(IndexSample.Hash(Name, 1)));
        Assert.False(second.IsCompleteBelow(IndexSample.Hash(Name, 1)));
    }

    [Fact]
    public async Task Two_instances_fill_one_database_at_once()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        IBlockIndex[] indexes = [home.Open(), home.Open()];
        Dictionary<DataFileId, long> listing = Enumerable.Range(0, 100).ToDictionary(IndexSample.File, _ => 10L);
        await Task.WhenAll(indexes.Select((index, which) => Task.Run(() =>
        {
            index.Refresh(listing, IndexSample.None);
            for (int file = which * 40; file < (which * 40) + 60; file++)
            {
                index.AddFile(IndexSample.File(file), 10, IndexSample.Records(Name, [.. Enumerable.Range(file * 70, 70)]));
            }
        })));
        foreach (IBlockIndex index in indexes)
        {
            Assert.Empty(index.Refresh(listing, IndexSample.None));
            Assert.Equal(7000, index.CountBlocks());
        }
    }

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(0, 16)]
    [InlineData(4096, 100_000)]
    public async Task A_damaged_database_is_made_anew_at_the_latest_when_it_is_opened_after_the_damage_showed(int from, int count)
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        await Fill(home);
        byte[] bytes = File.ReadAllBytes(home.DatabasePath);
        bytes.AsSpan(from, Math.Min(count, bytes.Length - from)).Fill(0x5A);
        File.WriteAllBytes(home.DatabasePath, bytes);

        // Whatever state it is in: never an error, never a block that is not there, and the caller is told what to add.
        for (int round = 0; round < 2; round++)
        {
            IBlockIndex index = home.OpenAny();
            index.Refresh(OneFile, IndexSample.None);
            Assert.False(index.Contains(IndexSample.Hash(Name, 99_999)));
            foreach (DataFileId file in index.Refresh(OneFile, IndexSample.None))
            {
                index.AddFile(file, 10, IndexSample.Records(Name, [.. Enumerable.Range(0, 5000)]));
            }

            Assert.Equal(5000, index.CountBlocks());
            await index.DisposeAsync();
        }

        await using SqliteBlockIndex last = home.OpenDatabase();
        foreach (DataFileId file in last.Refresh(OneFile, IndexSample.None))
        {
            last.AddFile(file, 10, IndexSample.Records(Name, [.. Enumerable.Range(0, 5000)]));
        }

        Assert.Equal(5000, last.CountBlocks());
        Assert.True(last.IsPersistent);
    }

    [Fact]
    public async Task A_changed_byte_in_any_page_never_gives_a_block_that_is_not_there()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        await Fill(home);
        byte[] sound = File.ReadAllBytes(home.DatabasePath);
        List<IndexedRecord> records = IndexSample.Records(Name, [.. Enumerable.Range(0, 5000)]);
        Dictionary<VtHash, BlockLocation> places = IndexSample.Places(IndexSample.File(1), records).ToDictionary(p => p.Hash, p => p.Location);
        Random random = new(7);
        for (int round = 0; round < 60; round++)
        {
            byte[] bytes = (byte[])sound.Clone();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(home.DatabasePath, bytes);
            IBlockIndex index = home.OpenAny();
            index.Refresh(OneFile, IndexSample.None);
            foreach ((VtHash hash, BlockLocation place) in places)
            {
                if (index.TryFind(hash, out BlockLocation location))
                {
                    Assert.Equal(place, location);
                }
            }

            await index.DisposeAsync();
            foreach (string file in Directory.GetFiles(home.Folder, "*.sqlite*"))
            {
                File.Delete(file);
            }
        }
    }

    [Fact]
    public async Task A_database_of_another_hash_function_is_made_anew()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        await Fill(home);
        await using SqliteBlockIndex index = home.OpenDatabase(VtHashName.Sha512);
        Assert.Equal([IndexSample.File(1)], index.Refresh(OneFile, IndexSample.None));
        index.AddFile(IndexSample.File(1), 10, IndexSample.Records(VtHashName.Sha512, 1));
        Assert.True(index.Contains(IndexSample.Hash(VtHashName.Sha512, 1)));
    }

    [Fact]
    public async Task A_database_of_an_older_form_is_made_anew()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        await Fill(home);
        SetVersion(home, IndexFile.SchemaVersion - 1);
        await using SqliteBlockIndex index = home.OpenDatabase();
        Assert.Equal([IndexSample.File(1)], index.Refresh(OneFile, IndexSample.None));
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_left_alone()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        await Fill(home);
        SetVersion(home, IndexFile.SchemaVersion + 1);
        await using (IBlockIndex index = home.OpenAny())
        {
            Assert.IsType<MemoryBlockIndex>(index);
            index.AddFile(IndexSample.File(1), 10, IndexSample.Records(Name, 1));
            Assert.True(index.Contains(IndexSample.Hash(Name, 1)));
        }

        SetVersion(home, IndexFile.SchemaVersion);
        await using SqliteBlockIndex again = home.OpenDatabase();
        Assert.Empty(again.Refresh(OneFile, IndexSample.None));
    }

    [Fact]
    public async Task A_file_in_place_of_the_cache_folder_leaves_an_index_in_memory()
    {
        string path = Path.GetTempFileName();
        try
        {
            await using IBlockIndex index = new SqliteBlockIndexFactory(path).Open(IndexHome.StoreId, Name);
            Assert.IsType<MemoryBlockIndex>(index);
            await using IBlockIndex below = new SqliteBlockIndexFactory(Path.Combine(path, "cache")).Open(IndexHome.StoreId, Name);
            Assert.IsType<MemoryBlockIndex>(below);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_folder_in_place_of_the_database_leaves_an_index_in_memory()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        Directory.CreateDirectory(home.DatabasePath);
        await using IBlockIndex index = home.OpenAny();
        Assert.IsType<MemoryBlockIndex>(index);
    }

    [Fact]
    public async Task A_Store_id_that_looks_like_a_path_stays_in_the_folder()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        string folder = Path.Combine(home.Folder, "inner");
        await using (IBlockIndex index = new SqliteBlockIndexFactory(folder).Open("../../escape", Name))
        {
            Assert.IsType<SqliteBlockIndex>(index);
        }

        Assert.Equal(["inner"], Directory.GetFileSystemEntries(home.Folder).Select(p => Path.GetFileName(p)!));
    }

    [Fact]
    public async Task Folder_and_files_are_for_their_owner_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using IndexHome home = new(IndexKind.Sqlite);
        IBlockIndex index = home.Open();
        index.AddFile(IndexSample.File(1), 10, IndexSample.Records(Name, 1));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(home.Folder));
        string[] files = Directory.GetFiles(home.Folder);
        Assert.Contains(home.DatabasePath + "-wal", files);
        foreach (string file in files)
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task A_writer_that_never_ends_costs_the_others_persistence_alone()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        IBlockIndex index = home.Open();
        index.Refresh(OneFile, IndexSample.None);
        using (Database stuck = Database.Open(home.DatabasePath, 0))
        {
            stuck.Begin();
            stuck.Execute("UPDATE state SET generation = generation");
            index.AddFile(IndexSample.File(1), 10, IndexSample.Records(Name, 1));
            index.MarkCompleteBelow([IndexSample.Hash(Name, 1)]);
            Assert.True(index.Contains(IndexSample.Hash(Name, 1)));
            Assert.False(index.IsCompleteBelow(IndexSample.Hash(Name, 1)));
            stuck.Rollback();
        }

        Assert.Equal([IndexSample.File(1)], index.Refresh(OneFile, IndexSample.None));
        index.AddFile(IndexSample.File(1), 10, IndexSample.Records(Name, 1));
        Assert.Empty(index.Refresh(OneFile, IndexSample.None));
        Assert.True(index.Contains(IndexSample.Hash(Name, 1)));
    }

    [Theory]
    [InlineData("UPDATE files SET first_page = first_page + 1000000")]
    [InlineData("UPDATE files SET first_page = first_page + 1")]
    [InlineData("UPDATE files SET pages = pages + 1")]
    [InlineData("UPDATE files SET number = number + 5")]
    [InlineData("DELETE FROM tags")]
    [InlineData("DELETE FROM pages WHERE number % 2 = 0")]
    [InlineData("UPDATE tags SET content = zeroblob(length(content))")]
    [InlineData("UPDATE pages SET content = zeroblob(length(content))")]
    [InlineData("DELETE FROM state")]
    [InlineData("DROP TABLE complete")]
    public async Task Rows_that_contradict_each_other_are_found_out_and_all_is_read_again(string damage)
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        await Fill(home);
        using (Database database = Database.Open(home.DatabasePath, 0))
        {
            database.Execute(damage);
        }

        List<IndexedRecord> records = IndexSample.Records(Name, [.. Enumerable.Range(0, 5000)]);
        for (int round = 0; round < 2; round++)
        {
            await using IBlockIndex index = home.OpenAny();
            foreach (DataFileId file in index.Refresh(OneFile, IndexSample.None))
            {
                index.AddFile(file, 10, records);
            }

            // What a reader does that does not find a block: it looks again at what there is.
            for (int i = 0; i < 5000; i++)
            {
                if (!index.Contains(IndexSample.Hash(Name, i)))
                {
                    foreach (DataFileId file in index.Refresh(OneFile, IndexSample.None))
                    {
                        index.AddFile(file, 10, records);
                    }

                    Assert.True(index.Contains(IndexSample.Hash(Name, i)));
                }
            }

            Assert.Equal(5000, index.CountBlocks());
            if (round == 1)
            {
                Assert.True(Assert.IsType<SqliteBlockIndex>(index).IsPersistent);
            }
        }
    }

    [Fact]
    public async Task A_long_look_does_not_hold_up_the_log_for_ever()
    {
        await using IndexHome home = new(IndexKind.Sqlite);
        IBlockIndex reader = home.Open();
        await Fill(home, close: false);
        reader.Refresh(OneFile, IndexSample.None);
        Assert.True(reader.Contains(IndexSample.Hash(Name, 1)));
        using Database other = Database.Open(home.DatabasePath, 0);
        for (int i = 0; i < 100 && other.QueryNumber("PRAGMA wal_checkpoint(TRUNCATE)") != 0; i++)
        {
            await Task.Delay(50);
        }

        Assert.Equal(0, new FileInfo(home.DatabasePath + "-wal").Length);
    }

    [Theory]
    [InlineData(IndexKind.Memory)]
    [InlineData(IndexKind.Sqlite)]
    public async Task More_blocks_than_are_held_in_memory_are_found_and_enumerated(IndexKind kind)
    {
        await using IndexHome home = new(kind);
        IBlockIndex index = home.Open();
        index.Refresh(IndexSample.Listing(), IndexSample.None);
        Dictionary<DataFileId, long> listing = [];
        for (int file = 0; file < 6; file++)
        {
            listing[IndexSample.File(file)] = 10;
            index.AddFile(IndexSample.File(file), 10, IndexSample.Records(Name, [.. Enumerable.Range(file * 100_000, 100_000)]));
        }

        for (int round = 0; round < (kind == IndexKind.Sqlite ? 2 : 1); round++)
        {
            Assert.Empty(index.Refresh(listing, IndexSample.None));
            Assert.Equal(600_000, index.CountBlocks());
            for (int i = 0; i < 600_000; i += 97)
            {
                Assert.True(index.TryFind(IndexSample.Hash(Name, i), out BlockLocation location));
                Assert.Equal(1000 + i, location.BlockLength);
                Assert.Equal(IndexSample.File(i / 100_000), location.File);
                Assert.False(index.Contains(IndexSample.Hash(Name, -1 - i)));
            }

            VtHash? last = null;
            int count = 0;
            foreach ((VtHash hash, _) in index.Enumerate())
            {
                Assert.True(last is null || last.CompareTo(hash) < 0);
                last = hash;
                count++;
            }

            Assert.Equal(600_000, count);
            if (kind == IndexKind.Sqlite)
            {
                await home.CloseAsync();
                index = home.Open();
            }
        }
    }

    private static async Task Fill(IndexHome home, bool close = true)
    {
        IBlockIndex index = home.Open();
        index.Refresh(OneFile, IndexSample.None);
        index.AddFile(IndexSample.File(1), 10, IndexSample.Records(Name, [.. Enumerable.Range(0, 5000)]));
        if (close)
        {
            await home.CloseAsync();
        }
    }

    private static void SetVersion(IndexHome home, int version)
    {
        using Database database = Database.Open(home.DatabasePath, 0);
        database.Execute($"PRAGMA user_version = {version}");
    }
}
