using System.Buffers.Binary;

namespace VtPS.Engine.Stores;

/// <summary>
/// Hashes of a Store's blocks at one moment, packed and sorted by their bytes, for comparing two Stores by windows: a window of depth d and number n holds the hashes whose first
/// 4·d bits are n; its digest is the sum modulo 2^128 of the last 16 bytes (little-endian) of each. A hash's length of memory for each block. Never changed: safe for use by many threads.
/// </summary>
internal sealed class SortedHashes
{
    /// <summary>The deepest a window can be.</summary>
    public const int MaximumDepth = 8;

    private readonly int _size;
    private readonly VtHashName _name;

    private SortedHashes(VtHashName name, ReadOnlyMemory<byte> bytes)
    {
        _name = name;
        _size = VtHashNames.Size(name);
        Bytes = bytes;
    }

    /// <summary>The packed bytes: one bare hash after the other.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>How many there are.</summary>
    public int Count => Bytes.Length / _size;

    /// <summary>The hash of a place.</summary>
    public VtHash this[int index] => new(_name, At(index).ToArray());

    /// <summary>Takes packed hashes as they came from elsewhere; the bytes stay the result's.</summary>
    /// <exception cref="InvalidDataException">One is cut off, or they do not rise.</exception>
    public static SortedHashes Parse(VtHashName name, ReadOnlyMemory<byte> bytes)
    {
        SortedHashes hashes = new(name, bytes);
        if (bytes.Length % hashes._size != 0)
        {
            throw new InvalidDataException("A hash is cut off");
        }

        for (int i = 1; i < hashes.Count; i++)
        {
            if (hashes.Compare(i - 1, hashes, i) >= 0)
            {
                throw new InvalidDataException("Sorted hashes are out of order");
            }
        }

        return hashes;
    }

    /// <summary>Reads them from an index: all blocks in live files.</summary>
    /// <exception cref="VtException">InvalidArgument: more than can be compared in memory.</exception>
    public static SortedHashes Read(IBlockIndex index, VtHashName name)
    {
        int size = VtHashNames.Size(name);
        long count = index.CountBlocks();
        if (count * size > Array.MaxLength)
        {
            throw new VtException(VtErrorId.InvalidArgument, $"The Store has {count} blocks, which is more than can be compared at once. Copy backup by backup instead.");
        }

        byte[] bytes = new byte[count * size];
        int filled = 0;
        foreach ((VtHash hash, _) in index.Enumerate())
        {
            // Others may add blocks while this reads.
            if (filled == bytes.Length)
            {
                Array.Resize(ref bytes, checked(bytes.Length + (bytes.Length / 8) + (1024 * size)));
            }

            hash.Span.CopyTo(bytes.AsSpan(filled));
            filled += size;
        }

        return new SortedHashes(name, filled == bytes.Length ? bytes : bytes[..filled]);
    }

    /// <summary>Those of a range of places.</summary>
    public SortedHashes Slice(int start, int end) => new(_name, Bytes[(start * _size)..(end * _size)]);

    /// <summary>Those of a window.</summary>
    /// <param name="depth">From 0, everything, to <see cref="MaximumDepth"/>.</param>
    /// <param name="window">The number, less than 16 to the power of the depth.</param>
    public SortedHashes Window(int depth, uint window)
    {
        (int start, int end) = Find(depth, window);
        return Slice(start, end);
    }

    /// <summary>The order of one of these and one of others.</summary>
    public int Compare(int index, SortedHashes other, int otherIndex) => At(index).SequenceCompareTo(other.At(otherIndex));

    /// <summary>The places of a window's hashes: from the first to before the last.</summary>
    /// <param name="depth">From 0, everything, to <see cref="MaximumDepth"/>.</param>
    /// <param name="window">The number, less than 16 to the power of the depth.</param>
    public (int Start, int End) Find(int depth, uint window) =>
        depth == 0 ? (0, Count) : (LowerBound(depth, window), LowerBound(depth, (ulong)window + 1));

    /// <summary>The digest of a range of places.</summary>
    public UInt128 Digest(int start, int end)
    {
        ReadOnlySpan<byte> bytes = Bytes.Span;
        UInt128 sum = 0;
        for (int i = start; i < end; i++)
        {
            sum += BinaryPrimitives.ReadUInt128LittleEndian(bytes[(((i + 1) * _size) - 16)..]);
        }

        return sum;
    }

    /// <summary>The place of the first hash that is greater.</summary>
    public int After(ReadOnlySpan<byte> hash)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (At(middle).SequenceCompareTo(hash) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private ReadOnlySpan<byte> At(int index) => Bytes.Span.Slice(index * _size, _size);

    private int LowerBound(int depth, ulong window)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if ((ulong)(BinaryPrimitives.ReadUInt32BigEndian(At(middle)) >> (32 - (4 * depth))) < window)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
