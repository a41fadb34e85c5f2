namespace VtPS.Engine.Tests.Faults.Search;

/// <summary>An object of a <see cref="StoreImage"/>. Equal name and identity mean equal bytes: an <see cref="ObjectTable"/> sees to that.</summary>
internal sealed class StoredObject
{
    /// <summary>Nobody holds the object's lock.</summary>
    public const int Free = -1;

    /// <param name="name">Its name.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="identity">What its content says, in one number that is not 0.</param>
    /// <param name="holder">The actor that holds its lock, or <see cref="Free"/>.</param>
    public StoredObject(string name, byte[] bytes, ulong identity, int holder)
    {
        Name = name;
        Bytes = bytes;
        Identity = identity;
        Holder = holder;
        ListingHash = StateHash.Mix(StateHash.Of(name), (ulong)bytes.Length);
        Hash = StateHash.Mix(StateHash.Mix(ListingHash, identity), (ulong)holder);
    }

    public string Name { get; }

    public byte[] Bytes { get; }

    public ulong Identity { get; }

    public int Holder { get; }

    /// <summary>What a listing shows of it.</summary>
    public ulong ListingHash { get; }

    /// <summary>Everything about it.</summary>
    public ulong Hash { get; }

    public StoredObject HeldBy(int holder) => new(Name, Bytes, Identity, holder);
}
