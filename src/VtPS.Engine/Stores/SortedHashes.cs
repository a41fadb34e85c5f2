using System.Buffers.Binary;

namespace VtPS.Engine.Stores;

/// <summary>
/// The hashes of a Store's blocks at one moment, packed and sorted by their bytes, for comparing two Stores by windows: a window of depth d and number n holds the hashes whose first
/// 4·d bits are n; its digest is the sum modulo 2^128 of the last 16 bytes (little-endian) of each. A hash's length of memory for each block. Never changed: safe for use by many threads.
/// </summary>
internal sealed class SortedHashes
{
    /// <summary>The deepest a window can be.</summary>
    public const int MaximumDepth = 8;

    private readonly byte[] _bytes;
    private readonly int _size;
    private readonly VtHashName _name;

    private SortedHashes(VtHashName name, byte[] bytes)
    {
        _name = name;
        _size = VtHashNames.Size(name);
        _bytes = bytes;
    }

    /// <summary>How many there are.</summary>
    public int Count => _bytes.Length / _size;

    /// <summary>The hash of a place.</summary>
    public VtHash this[int index] => new(_name, Bytes(index, index + 1).ToArray());

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

    /// <summary>The packed bytes of the hashes in a range of places.</summary>
    public ReadOnlySpan<byte> Bytes(int start, int end) => _bytes.AsSpan(start * _size, (end - start) * _size);

    /// <summary>The places of a window's hashes: from the first to before the last.</summary>
    /// <param name="depth">From 0, everything, to <see cref="MaximumDepth"/>.</param>
    /// <param name="window">The number, less than 16 to the power of the depth.</param>
    public (int Start, int End) Find(int depth, uint window) =>
        depth == 0 ? (0, Count) : (LowerBound(depth, window), LowerBound(depth, (ulong)window + 1));

    /// <summary>The digest of a range of places.</summary>
    public UInt128 Digest(int start, int end)
    {
        UInt128 sum = 0;
        for (int i = start; i < end; i++)
        {
            sum += BinaryPrimitives.ReadUInt128LittleEndian(_bytes.AsSpan(((i + 1) * _size) - 16));
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
            if (Bytes(middle, middle + 1).SequenceCompareTo(hash) <= 0)
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

    private int LowerBound(int depth, ulong window)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if ((ulong)(BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(middle * _size)) >> (32 - (4 * depth))) < window)
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
