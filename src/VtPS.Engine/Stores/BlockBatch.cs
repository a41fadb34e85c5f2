using System.Buffers.Binary;

namespace VtPS.Engine.Stores;

/// <summary>Blocks with their places, packed, to be sorted by hash. Not safe for use by several threads.</summary>
internal sealed class BlockBatch
{
    private readonly VtHashName _hashName;
    private readonly int _hashSize;
    private byte[] _hashes = [];
    private BlockLocation[] _locations = [];
    private ulong[] _keys = [];
    private int[] _order = [];

    /// <summary>Makes an empty one.</summary>
    public BlockBatch(VtHashName hashName)
    {
        _hashName = hashName;
        _hashSize = VtHashNames.Size(hashName);
    }

    /// <summary>The number of blocks; after <see cref="Sort"/> each hash counts once.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a block that belongs here could not be read.</summary>
    public bool IsShort { get; set; }

    /// <summary>A block by its place in the order.</summary>
    public (VtHash Hash, BlockLocation Location) this[int index] => (new VtHash(_hashName, HashAt(_order[index]).ToArray()), _locations[_order[index]]);

    /// <summary>Empties it and makes room.</summary>
    /// <param name="capacity">The most blocks that will be added.</param>
    public void Reset(int capacity)
    {
        Count = 0;
        IsShort = false;
        if (_order.Length < capacity)
        {
            _hashes = new byte[capacity * _hashSize];
            _locations = new BlockLocation[capacity];
            _keys = new ulong[capacity];
            _order = new int[capacity];
        }
    }

    /// <summary>Adds a block.</summary>
    public void Add(ReadOnlySpan<byte> hash, BlockLocation location)
    {
        hash.CopyTo(_hashes.AsSpan(Count * _hashSize));
        _locations[Count] = location;
        _keys[Count] = BinaryPrimitives.ReadUInt64BigEndian(hash);
        _order[Count] = Count;
        Count++;
    }

    /// <summary>Sorts by hash bytes and keeps one of equal ones.</summary>
    public void Sort()
    {
        Array.Sort(_keys, _order, 0, Count);
        int kept = 0;
        for (int i = 0; i < Count;)
        {
            int end = i + 1;
            while (end < Count && _keys[end] == _keys[i])
            {
                end++;
            }

            if (end - i > 1)
            {
                _order.AsSpan(i, end - i).Sort((x, y) =>
                {
                    int order = HashAt(x).SequenceCompareTo(HashAt(y));
                    return order != 0 ? order : x.CompareTo(y);
                });
            }

            int first = kept;
            for (; i < end; i++)
            {
                if (kept == first || !HashAt(_order[kept - 1]).SequenceEqual(HashAt(_order[i])))
                {
                    _order[kept++] = _order[i];
                }
            }
        }

        Count = kept;
    }

    /// <summary>Refuses a batch that lacks blocks: whoever walks all blocks draws conclusions from those that do not come.</summary>
    /// <exception cref="VtException">Something is missing.</exception>
    public void ThrowIfShort()
    {
        if (IsShort)
        {
            throw new VtException(VtErrorId.StoreBusy, "Another process changed the index of the Store while its blocks were listed. Run the command again.");
        }
    }

    private ReadOnlySpan<byte> HashAt(int index) => _hashes.AsSpan(index * _hashSize, _hashSize);
}
