using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace VtPS.Engine.Stores;

/// <summary>
/// What an index holds in memory: its data files, the places of their <see cref="BlockPage"/>s, and about eleven bytes a block to find the page by hash.
/// A block is found only when its full hash has been compared. Not safe for use by several threads: the index that owns it locks.
/// </summary>
internal sealed class BlockTable
{
    /// <summary>How many blocks a walk in the order of hashes holds in memory at once.</summary>
    private const int BatchSize = 512 * 1024;

    /// <summary>How many bytes of pages it holds that the source has too: all blocks of a Store with half a million.</summary>
    private const long CacheMaximum = 24 * 1024 * 1024;

    private const int IncomingMaximum = 1024 * 1024;

    private readonly int _hashSize;
    private readonly VtHashName _hashName;
    private readonly IBlockPageSource? _source;
    private readonly Dictionary<DataFileId, int> _numbers = [];
    private readonly List<FileEntry> _files = [];
    private readonly List<PageEntry> _pages = [default]; // number 0 is no page: a block number is never zero
    private readonly BlockSlots _slots = new();
    private readonly List<ulong> _incoming = [];
    private readonly Queue<int> _cached = []; // pages, the oldest first; some may have gone since
    private long _cachedBytes;
    private long _removedBlocks;
    private long _distinct = -1;

    /// <summary>Makes an empty table.</summary>
    /// <param name="hashName">The hash function of all blocks.</param>
    /// <param name="source">Where pages lie that are added without their bytes; null where there are none.</param>
    public BlockTable(VtHashName hashName, IBlockPageSource? source = null)
    {
        _hashName = hashName;
        _hashSize = VtHashNames.Size(hashName);
        _source = source;
    }

    /// <summary>The ids of the files in the table, live or not.</summary>
    public IReadOnlyCollection<DataFileId> Files => _numbers.Keys;

    /// <summary>The length of a file, or -1 where the table does not have it.</summary>
    public long LengthOf(DataFileId file) => _numbers.TryGetValue(file, out int number) ? _files[number].Length : -1;

    /// <summary>Whether the blocks of a file count.</summary>
    public bool IsLive(DataFileId file) => _numbers.TryGetValue(file, out int number) && _files[number].IsLive;

    /// <summary>Adds a file without any page yet; the table must not have it.</summary>
    /// <returns>The file's number for <see cref="AddPage"/>.</returns>
    public int AddFile(DataFileId file, long length, bool isLive)
    {
        _numbers.Add(file, _files.Count);
        _files.Add(new FileEntry { Id = file, Length = length, IsLive = isLive });
        _distinct = -1;
        return _files.Count - 1;
    }

    /// <summary>Makes room for so many further blocks at once.</summary>
    public void Reserve(long blocks) => _slots.Reserve(blocks);

    /// <summary>Adds a page of a file; all pages of one file come one after the other.</summary>
    /// <param name="file">The file's number.</param>
    /// <param name="page">The page's bytes; the table has them from now on.</param>
    /// <param name="position">The page's place in the source; negative where the source does not have it.</param>
    public void AddPage(int file, byte[] page, long position)
    {
        uint number = AddEntry(file, position, BlockPage.Count(page));
        if (position < 0)
        {
            CollectionsMarshal.AsSpan(_pages)[^1].Content = page;
        }
        else
        {
            Cache(_pages.Count - 1, page);
        }

        int count = BlockPage.Count(page);
        for (int i = 0; i < count; i++)
        {
            _slots.Add(BlockPage.Tag(page, i, _hashSize), number + (uint)i);
        }
    }

    /// <summary>Adds all pages of a file by their tags alone; they are found from <see cref="EndPages"/> on.</summary>
    /// <param name="file">The file's number.</param>
    /// <param name="tags">The first 32 bits of each block's hash, as little-endian numbers.</param>
    /// <param name="firstPosition">The first page's place in the source; the others follow one by one.</param>
    public void AddPages(int file, ReadOnlySpan<byte> tags, long firstPosition)
    {
        ReadOnlySpan<uint> numbers = MemoryMarshal.Cast<byte, uint>(tags);
        for (int at = 0; at < numbers.Length; at += BlockPage.Capacity, firstPosition++)
        {
            ReadOnlySpan<uint> part = numbers.Slice(at, Math.Min(BlockPage.Capacity, numbers.Length - at));
            uint number = AddEntry(file, firstPosition, part.Length);
            for (int i = 0; i < part.Length; i++)
            {
                uint tag = BitConverter.IsLittleEndian ? part[i] : BinaryPrimitives.ReverseEndianness(part[i]);
                _incoming.Add(((ulong)tag << 32) | (number + (uint)i));
            }
        }

        if (_incoming.Count >= IncomingMaximum)
        {
            _slots.AddRange(CollectionsMarshal.AsSpan(_incoming));
            _incoming.Clear();
        }
    }

    /// <summary>Ends a series of <see cref="AddPages"/>.</summary>
    public void EndPages()
    {
        _slots.AddRange(CollectionsMarshal.AsSpan(_incoming));
        _incoming.Clear();
        _incoming.Capacity = 0;
    }

    /// <summary>Says whether the blocks of a file count.</summary>
    public void SetLive(DataFileId file, bool isLive)
    {
        FileEntry entry = _files[_numbers[file]];
        if (entry.IsLive != isLive)
        {
            entry.IsLive = isLive;
            _distinct = -1;
        }
    }

    /// <summary>Forgets a file and all its blocks.</summary>
    public void RemoveFile(DataFileId file)
    {
        if (!_numbers.Remove(file, out int number))
        {
            return;
        }

        FileEntry entry = _files[number];
        entry.IsLive = false;
        entry.IsRemoved = true;
        for (int i = entry.FirstPage; i < entry.FirstPage + entry.PageCount; i++)
        {
            PageEntry page = _pages[i];
            _cachedBytes -= page.Position >= 0 ? page.Content?.Length ?? 0 : 0;
            _pages[i] = new PageEntry { File = number };
        }

        _removedBlocks += entry.Blocks;
        _distinct = -1;
        if (_removedBlocks > 4096 && _removedBlocks > _slots.Count / 4)
        {
            _slots.Sweep(block => !_files[_pages[(int)(block / BlockPage.Capacity)].File].IsRemoved);
            _removedBlocks = 0;
        }
    }

    /// <summary>Finds a block in a live file.</summary>
    public bool TryFind(ReadOnlySpan<byte> hash, out BlockLocation location)
    {
        uint tag = BinaryPrimitives.ReadUInt32BigEndian(hash);
        long cursor = _slots.Start(tag);
        while (_slots.TryNext(tag, ref cursor, out uint block))
        {
            ReadOnlySpan<byte> page = LivePage(tag, block);
            if (!page.IsEmpty && BlockPage.Hash(page, (int)(block % BlockPage.Capacity), _hashSize).SequenceEqual(hash))
            {
                location = BlockPage.Locate(page, (int)(block % BlockPage.Capacity), _hashSize);
                return true;
            }
        }

        location = default;
        return false;
    }

    /// <summary>Whether a block is in a live file.</summary>
    public bool Contains(ReadOnlySpan<byte> hash)
    {
        uint tag = BinaryPrimitives.ReadUInt32BigEndian(hash);
        long cursor = _slots.Start(tag);
        while (_slots.TryNext(tag, ref cursor, out uint block))
        {
            ReadOnlySpan<byte> page = LivePage(tag, block);
            if (!page.IsEmpty && BlockPage.Hash(page, (int)(block % BlockPage.Capacity), _hashSize).SequenceEqual(hash))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds every place of a block to a list: in live files or, where <paramref name="isLive"/> is false, in those that do not count.</summary>
    public void FindAll(ReadOnlySpan<byte> hash, List<BlockLocation> locations, bool isLive = true)
    {
        uint tag = BinaryPrimitives.ReadUInt32BigEndian(hash);
        long cursor = _slots.Start(tag);
        while (_slots.TryNext(tag, ref cursor, out uint block))
        {
            ReadOnlySpan<byte> page = LivePage(tag, block, isLive: isLive);
            if (!page.IsEmpty && BlockPage.Hash(page, (int)(block % BlockPage.Capacity), _hashSize).SequenceEqual(hash))
            {
                locations.Add(BlockPage.Locate(page, (int)(block % BlockPage.Capacity), _hashSize));
            }
        }
    }

    /// <summary>How many different blocks there are in live files.</summary>
    public long CountDistinct()
    {
        if (_distinct >= 0)
        {
            return _distinct;
        }

        long distinct = 0;
        List<ulong> entries = [];
        HashSet<VtHash> same = [];
        for (ulong from = 0; from <= uint.MaxValue;)
        {
            from = CollectLive(from, entries);
            entries.Sort();
            for (int i = 0; i < entries.Count;)
            {
                int next = i + 1;
                while (next < entries.Count && entries[next] >> 32 == entries[i] >> 32)
                {
                    next++;
                }

                if (next == i + 1)
                {
                    distinct++;
                }
                else
                {
                    for (int j = i; j < next; j++)
                    {
                        uint block = (uint)entries[j];
                        ReadOnlySpan<byte> page = LivePage((uint)(entries[j] >> 32), block, isWalk: true);
                        if (!page.IsEmpty)
                        {
                            same.Add(new VtHash(_hashName, BlockPage.Hash(page, (int)(block % BlockPage.Capacity), _hashSize).ToArray()));
                        }
                    }

                    distinct += same.Count;
                    same.Clear();
                }

                i = next;
            }
        }

        return _distinct = distinct;
    }

    /// <summary>
    /// The next blocks in live files in the order of hash bytes, each hash once; a walk goes on where the last batch ended, whatever was added since.
    /// </summary>
    /// <param name="from">The first 32 bits of a hash to begin at: 0, then what the last call returned.</param>
    /// <param name="batch">Emptied and filled.</param>
    /// <returns>Where the next batch begins; above <see cref="uint.MaxValue"/> at the end.</returns>
    public ulong NextBatch(ulong from, BlockBatch batch)
    {
        List<ulong> entries = [];
        ulong next = CollectLive(from, entries);

        // By page first, so that each page is read once.
        entries.Sort(static (x, y) => ((uint)x).CompareTo((uint)y));
        batch.Reset(entries.Count);
        int current = 0;
        ReadOnlySpan<byte> page = default;
        foreach (ulong entry in entries)
        {
            uint block = (uint)entry;
            int number = (int)(block / BlockPage.Capacity);
            int index = (int)(block % BlockPage.Capacity);
            if (number != current)
            {
                page = LivePage((uint)(entry >> 32), block, isWalk: true);
                current = number;
            }

            if (index < (page.IsEmpty ? 0 : BlockPage.Count(page)) && BlockPage.Tag(page, index, _hashSize) == (uint)(entry >> 32))
            {
                batch.Add(BlockPage.Hash(page, index, _hashSize), BlockPage.Locate(page, index, _hashSize));
            }
            else
            {
                batch.IsShort = true;
            }
        }

        batch.Sort();
        return next;
    }

    private ulong CollectLive(ulong from, List<ulong> entries)
    {
        entries.Clear();
        long batches = Math.Max(1, _slots.Count / BatchSize);
        ulong width = ((1UL << 32) + (ulong)batches - 1) / (ulong)batches;
        ulong last = Math.Min(uint.MaxValue, from + width - 1);
        _slots.Collect((uint)from, (uint)last, entries);
        entries.RemoveAll(entry => !_files[_pages[(int)((uint)entry / BlockPage.Capacity)].File].IsLive);
        return last + 1;
    }

    private uint AddEntry(int file, long position, int blocks)
    {
        FileEntry entry = _files[file];
        if (entry.PageCount++ == 0)
        {
            entry.FirstPage = _pages.Count;
        }

        entry.Blocks += blocks;
        _distinct = -1;
        _pages.Add(new PageEntry { Position = position, File = file });
        return checked((uint)(_pages.Count - 1) * BlockPage.Capacity);
    }

    private void Cache(int number, byte[] page)
    {
        CollectionsMarshal.AsSpan(_pages)[number].Content = page;
        _cachedBytes += page.Length;
        _cached.Enqueue(number);
        while (_cachedBytes > CacheMaximum)
        {
            Uncache();
        }
    }

    private byte[]? Uncache()
    {
        ref PageEntry oldest = ref CollectionsMarshal.AsSpan(_pages)[_cached.Dequeue()];
        byte[]? content = oldest.Content;
        oldest.Content = null;
        _cachedBytes -= content?.Length ?? 0;
        return content;
    }

    /// <summary>The page of a block, if it is in a live file and can be read. The bytes hold until the next call.</summary>
    private ReadOnlySpan<byte> LivePage(uint tag, uint block, bool isWalk = false, bool isLive = true)
    {
        int number = (int)(block / BlockPage.Capacity);
        PageEntry entry = _pages[number];
        FileEntry file = _files[entry.File];
        if (file.IsLive != isLive || file.IsRemoved)
        {
            return default;
        }

        if (entry.Content is not null)
        {
            return entry.Content;
        }

        if (_source is null || entry.Position < 0)
        {
            return default;
        }

        ReadOnlySpan<byte> page = _source.Read(entry.Position);
        if (page.IsEmpty)
        {
            return page;
        }

        // A sound page of the file may yet be another than the tags were made of.
        int index = (int)(block % BlockPage.Capacity);
        if (!BlockPage.IsSound(page, file.Id, file.Length, _hashSize) || BlockPage.Count(page) <= index || BlockPage.Tag(page, index, _hashSize) != tag)
        {
            _source.Distrust();
            return default;
        }

        if (!isWalk)
        {
            // Blocks that are asked for one after the other often stand beside each other. The array of a page that makes way serves again.
            byte[]? old = _cachedBytes + page.Length > CacheMaximum ? Uncache() : null;
            byte[] copy = old?.Length == page.Length ? old : new byte[page.Length];
            page.CopyTo(copy);
            Cache(number, copy);
            return copy;
        }

        return page;
    }

    private struct PageEntry
    {
        public byte[]? Content;
        public long Position;
        public int File;
    }

    private sealed class FileEntry
    {
        public required DataFileId Id { get; init; }

        public required long Length { get; init; }

        public bool IsLive { get; set; }

        public bool IsRemoved { get; set; }

        public long Blocks { get; set; }

        public int FirstPage { get; set; }

        public int PageCount { get; set; }
    }
}
