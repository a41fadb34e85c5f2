using System.Buffers.Binary;
using System.IO.Hashing;

namespace VtPS.Engine.Stores;

/// <summary>
/// Up to 60 consecutive blocks of one data file in the form that an index keeps in memory and on disk. All integers are little-endian:
/// <code>
/// 0   8  XXH3-64 of all that follows
/// 8  16  id of the data file (as <see cref="DataFileId.Write"/> puts it)
/// 24  8  length of the data file
/// 32  1  n, the number of blocks, 1 to 60
/// 33  1  m, the number of records that they lie in, 1 to n
/// 34  n hashes, n times 4 bytes of block length, then m pieces of 25 bytes:
///     offset 8, length 4 and number 4 of the record, length 4 of its plain content,
///     4 where the first block of the piece begins in that content, 1 the number of blocks
/// </code>
/// </summary>
internal static class BlockPage
{
    /// <summary>The most blocks in a page. With 32-byte hashes and three blocks a record or more, three such pages fit one of 8 KiB in a database.</summary>
    public const int Capacity = 60;

    private const int HeaderSize = 34;
    private const int PieceSize = 25;

    /// <summary>Lays out all blocks of a data file, every page but the last with <see cref="Capacity"/> blocks; records without blocks leave no trace.</summary>
    /// <param name="file">The data file.</param>
    /// <param name="fileLength">Its length in bytes.</param>
    /// <param name="records">All its records, in their order.</param>
    /// <param name="hashName">The hash function of every block.</param>
    /// <exception cref="ArgumentException">A block has a hash of another function.</exception>
    public static List<byte[]> Encode(DataFileId file, long fileLength, IReadOnlyList<IndexedRecord> records, VtHashName hashName)
    {
        int hashSize = VtHashNames.Size(hashName);
        List<byte[]> pages = [];
        Span<byte> hashes = new byte[Capacity * hashSize];
        Span<byte> lengths = stackalloc byte[Capacity * sizeof(int)];
        Span<byte> pieces = stackalloc byte[Capacity * PieceSize];
        int blockCount = 0;
        int pieceCount = 0;
        for (int number = 0; number < records.Count; number++)
        {
            IndexedRecord record = records[number];
            int plainLength = record.PlainLength;
            int blockOffset = 0;
            bool pieceOpen = false;
            for (int i = 0; i < record.Blocks.Count; i++)
            {
                (VtHash hash, int blockLength) = record.Blocks[i];
                if (hash.Name != hashName)
                {
                    throw new ArgumentException($"The index holds {VtHashNames.Text(hashName)} hashes, and a record of data file {file} has {hash}.", nameof(records));
                }

                if (blockCount == Capacity)
                {
                    pages.Add(Assemble(file, fileLength, hashes, lengths, blockCount, pieces, pieceCount));
                    blockCount = 0;
                    pieceCount = 0;
                    pieceOpen = false;
                }

                if (!pieceOpen)
                {
                    Span<byte> piece = pieces.Slice(pieceCount * PieceSize, PieceSize);
                    BinaryPrimitives.WriteInt64LittleEndian(piece, record.Offset);
                    BinaryPrimitives.WriteInt32LittleEndian(piece[8..], record.Length);
                    BinaryPrimitives.WriteInt32LittleEndian(piece[12..], record.Number ?? number);
                    BinaryPrimitives.WriteInt32LittleEndian(piece[16..], plainLength);
                    BinaryPrimitives.WriteInt32LittleEndian(piece[20..], blockOffset);
                    piece[24] = 0;
                    pieceCount++;
                    pieceOpen = true;
                }

                hash.Span.CopyTo(hashes[(blockCount * hashSize)..]);
                BinaryPrimitives.WriteInt32LittleEndian(lengths[(blockCount * sizeof(int))..], blockLength);
                pieces[((pieceCount - 1) * PieceSize) + 24]++;
                blockCount++;
                blockOffset += blockLength;
            }
        }

        if (blockCount > 0)
        {
            pages.Add(Assemble(file, fileLength, hashes, lengths, blockCount, pieces, pieceCount));
        }

        return pages;

        byte[] Assemble(DataFileId id, long length, ReadOnlySpan<byte> h, ReadOnlySpan<byte> l, int n, ReadOnlySpan<byte> p, int m)
        {
            byte[] page = new byte[HeaderSize + (n * (hashSize + sizeof(int))) + (m * PieceSize)];
            Span<byte> rest = page;
            id.Write(rest[8..]);
            BinaryPrimitives.WriteInt64LittleEndian(rest[24..], length);
            rest[32] = (byte)n;
            rest[33] = (byte)m;
            h[..(n * hashSize)].CopyTo(rest[HeaderSize..]);
            l[..(n * sizeof(int))].CopyTo(rest[(HeaderSize + (n * hashSize))..]);
            p[..(m * PieceSize)].CopyTo(rest[(HeaderSize + (n * (hashSize + sizeof(int))))..]);
            BinaryPrimitives.WriteUInt64LittleEndian(rest, XxHash3.HashToUInt64(rest[8..]));
            return page;
        }
    }

    /// <summary>Whether these bytes are an undamaged page of just this data file at this length.</summary>
    public static bool IsSound(ReadOnlySpan<byte> page, DataFileId file, long fileLength, int hashSize)
    {
        if (page.Length <= HeaderSize)
        {
            return false;
        }

        int n = page[32];
        int m = page[33];
        return n is > 0 and <= Capacity && m > 0 && m <= n
            && page.Length == HeaderSize + (n * (hashSize + sizeof(int))) + (m * PieceSize)
            && DataFileId.Read(page[8..]) == file
            && BinaryPrimitives.ReadInt64LittleEndian(page[24..]) == fileLength
            && BinaryPrimitives.ReadUInt64LittleEndian(page) == XxHash3.HashToUInt64(page[8..]);
    }

    /// <summary>The number of blocks.</summary>
    public static int Count(ReadOnlySpan<byte> page) => page[32];

    /// <summary>The hash of a block, by its number in the page.</summary>
    public static ReadOnlySpan<byte> Hash(ReadOnlySpan<byte> page, int index, int hashSize) => page.Slice(HeaderSize + (index * hashSize), hashSize);

    /// <summary>The first 32 bits of a block's hash, in the order of the hash, by the block's number in the page.</summary>
    public static uint Tag(ReadOnlySpan<byte> page, int index, int hashSize) => BinaryPrimitives.ReadUInt32BigEndian(page[(HeaderSize + (index * hashSize))..]);

    /// <summary>Where a block stands, by its number in the page.</summary>
    public static BlockLocation Locate(ReadOnlySpan<byte> page, int index, int hashSize)
    {
        int n = page[32];
        ReadOnlySpan<byte> lengths = page.Slice(HeaderSize + (n * hashSize), n * sizeof(int));
        ReadOnlySpan<byte> piece = page[(HeaderSize + (n * (hashSize + sizeof(int))))..];
        int first = 0;
        while (first + piece[24] <= index)
        {
            first += piece[24];
            piece = piece[PieceSize..];
        }

        int blockOffset = BinaryPrimitives.ReadInt32LittleEndian(piece[20..]);
        for (int i = first; i < index; i++)
        {
            blockOffset += BinaryPrimitives.ReadInt32LittleEndian(lengths[(i * sizeof(int))..]);
        }

        return new BlockLocation(
            DataFileId.Read(page[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(piece),
            BinaryPrimitives.ReadInt32LittleEndian(piece[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(piece[12..]),
            blockOffset,
            BinaryPrimitives.ReadInt32LittleEndian(lengths[(index * sizeof(int))..]),
            BinaryPrimitives.ReadInt32LittleEndian(piece[16..]));
    }
}
