using VtPS.Engine.Stores;

namespace VtPS.Engine.Tests.Faults.Search;

/// <summary>All objects of a Store at one moment; it never changes.</summary>
internal sealed class StoreImage
{
    // By name, in the order of its characters.
    private readonly StoredObject[] _objects;

    public StoreImage(IEnumerable<StoredObject> objects)
        : this([.. objects.OrderBy(o => o.Name, StringComparer.Ordinal)])
    {
    }

    private StoreImage(StoredObject[] objects)
    {
        _objects = objects;
        foreach (StoredObject stored in objects)
        {
            Hash += stored.Hash;
            if (!stored.Name.StartsWith(StoreNames.Leases, StringComparison.Ordinal))
            {
                LastingHash += stored.Hash;
            }
        }
    }

    public IReadOnlyList<StoredObject> Objects => _objects;

    /// <summary>Everything that stands, in one number.</summary>
    public ulong Hash { get; }

    /// <summary>The same without leases and beats.</summary>
    public ulong LastingHash { get; }

    public StoredObject? Find(string name) => IndexOf(name) is >= 0 and int at ? _objects[at] : null;

    /// <summary>With one object more, or another in its place.</summary>
    public StoreImage With(StoredObject stored)
    {
        int at = IndexOf(stored.Name);
        StoredObject[] objects = at >= 0 ? [.. _objects] : [.. _objects[..~at], stored, .. _objects[~at..]];
        objects[at >= 0 ? at : ~at] = stored;
        return new StoreImage(objects);
    }

    /// <summary>Without an object, if it stands.</summary>
    public StoreImage Without(string name) => IndexOf(name) is >= 0 and int at ? new StoreImage([.. _objects[..at], .. _objects[(at + 1)..]]) : this;

    /// <summary>With all locks of an actor free.</summary>
    public StoreImage WithoutLocksOf(int holder) => Holds(holder) ? new StoreImage(Array.ConvertAll(_objects, o => o.Holder == holder ? o.HeldBy(StoredObject.Free) : o)) : this;

    /// <summary>Whether an actor holds a lock.</summary>
    public bool Holds(int holder) => Array.Exists(_objects, o => o.Holder == holder);

    /// <summary>What a call sees of this, in one number: two images for which it is the same give the caller the same.</summary>
    public ulong Observe(StorageCall call, string name)
    {
        if (call != StorageCall.List)
        {
            StoredObject? stored = Find(name);
            return call switch
            {
                StorageCall.Look or StorageCall.Read or StorageCall.Commit or StorageCall.PutLocked => stored?.Identity ?? 0,
                StorageCall.LookAtLock => stored is null ? 0ul : stored.Holder == StoredObject.Free ? 1ul : 2ul,
                _ => 0,
            };
        }

        ulong seen = 1;
        foreach (StoredObject stored in _objects)
        {
            if (stored.Name.StartsWith(name, StringComparison.Ordinal))
            {
                seen += stored.ListingHash;
            }
        }

        return seen;
    }

    private int IndexOf(string name)
    {
        int from = 0;
        int to = _objects.Length - 1;
        while (from <= to)
        {
            int middle = (from + to) / 2;
            int order = string.CompareOrdinal(_objects[middle].Name, name);
            if (order == 0)
            {
                return middle;
            }

            (from, to) = order < 0 ? (middle + 1, to) : (from, middle - 1);
        }

        return ~from;
    }
}
