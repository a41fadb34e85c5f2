namespace VtPS.Engine.Stores;

/// <summary>Blocks with their places, packed, to be sorted by hash. Not safe for use by several threads.</summary>
internal sealed class BlockBatch
{
    private readonly VtHashName _hashName;
    private readonly int _hashSize;
    private readonly List<BlockLocation> _locations = [];
    private byte[] _hashes = [];
    private int[] _order = [];

    public BlockBatch(VtHashName hashName)
    {
        _hashName = hashName;
        _hashSize = VtHashNames.Size(hashName);
    }

    /// <summary>The number of blocks; after <see cref="Sort"/> each hash counts once.</summary>
    public int Count { get; private set; }

    /// <summary>A block by its place in the order.</summary>
    public (VtHash Hash, BlockLocation Location) this[int index] => (new VtHash(_hashName, HashAt(_order[index]).ToArray()), _locations[_order[index]]);

    /// <summary>Whether a block that belongs here could not be read.</summary>
    public bool IsShort { get; set; }

    /// <summary>Refuses a batch that lacks blocks: whoever walks all blocks draws conclusions from those that do not come.</summary>
    /// <exception cref="VtException">Something is missing.</exception>
    public void ThrowIfShort()
    {
        if (IsShort)
        {
            throw new VtException(VtErrorId.StoreBusy, "Another process changed the index of the Store while its blocks were listed. Run the command again.");
        }
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        IsShort = false;
        _locations.Clear();
        Count = 0;
    }

    /// <summary>Adds a block.</summary>
    public void Add(ReadOnlySpan<byte> hash, BlockLocation location)
    {
        int at = Count * _hashSize;
        if (at + _hashSize > _hashes.Length)
        {
            Array.Resize(ref _hashes, Math.Max(64 * _hashSize, _hashes.Length * 2));
        }

        hash.CopyTo(_hashes.AsSpan(at));
        _locations.Add(location);
        Count++;
    }

    /// <summary>Sorts by hash bytes and keeps the first of equal ones.</summary>
    public void Sort()
    {
        if (_order.Length < Count)
        {
            _order = new int[Count];
        }

        for (int i = 0; i < Count; i++)
        {
            _order[i] = i;
        }

        _order.AsSpan(0, Count).Sort((x, y) =>
        {
            int order = HashAt(x).SequenceCompareTo(HashAt(y));
            return order != 0 ? order : x.CompareTo(y);
        });
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (kept == 0 || !HashAt(_order[kept - 1]).SequenceEqual(HashAt(_order[i])))
            {
                _order[kept++] = _order[i];
            }
        }

        Count = kept;
    }

    private ReadOnlySpan<byte> HashAt(int index) => _hashes.AsSpan(index * _hashSize, _hashSize);
}
