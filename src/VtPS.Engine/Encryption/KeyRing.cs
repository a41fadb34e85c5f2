using System.Security.Cryptography;

namespace VtPS.Engine.Encryption;

/// <summary>
/// The keys of an unlocked Store: that of its present epoch, under which everything new is sealed, and those of older epochs that are still read.
/// Never changed once made, never serialised; safe for use by many threads.
/// </summary>
internal sealed class KeyRing
{
    private readonly Dictionary<uint, EpochKey> _keys = [];

    /// <summary>Makes a ring.</summary>
    /// <param name="storeId">The Store's id.</param>
    /// <param name="current">The key of the present epoch.</param>
    /// <param name="older">The keys of older epochs.</param>
    /// <param name="minimum">The oldest epoch under which anything is still believed.</param>
    /// <param name="vouched">Objects of older epochs than <paramref name="minimum"/> that are believed all the same: name, and SHA-256 of the sealed bytes.</param>
    public KeyRing(string storeId, EpochKey current, IEnumerable<EpochKey> older, uint minimum, IReadOnlyDictionary<string, byte[]> vouched)
    {
        StoreId = storeId;
        Current = current;
        Minimum = minimum;
        Vouched = vouched;
        _keys.Add(current.Epoch, current);
        foreach (EpochKey key in older)
        {
            _keys.TryAdd(key.Epoch, key);
        }
    }

    /// <summary>The id of the Store whose keys these are.</summary>
    public string StoreId { get; }

    /// <summary>The key of the present epoch.</summary>
    public EpochKey Current { get; }

    /// <summary>The oldest epoch that is still read.</summary>
    public uint Minimum { get; }

    /// <summary>Small objects of epochs before <see cref="Minimum"/> that a finished rewrite vouched for: name, and SHA-256 of the sealed bytes.</summary>
    public IReadOnlyDictionary<string, byte[]> Vouched { get; }

    /// <summary>Every key, that of the present epoch and those of older ones.</summary>
    public IEnumerable<EpochKey> Keys => _keys.Values;

    /// <summary>The key of an epoch whose data files are still read; null for any other.</summary>
    public EpochKey? Find(uint epoch) => epoch >= Minimum ? _keys.GetValueOrDefault(epoch) : null;

    /// <summary>
    /// The key of a small object; null where its epoch is not read any more and nobody vouched for these very bytes. Trash objects and leases of any epoch are
    /// believed: they only ever make a writer trust less and an optimize run wait.
    /// </summary>
    public EpochKey? FindForObject(uint epoch, string name, ReadOnlySpan<byte> sealedBytes)
    {
        if (epoch >= Minimum || name.StartsWith("trash/", StringComparison.Ordinal) || name.StartsWith("leases/", StringComparison.Ordinal))
        {
            return _keys.GetValueOrDefault(epoch);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(sealedBytes, hash);
        return Vouched.TryGetValue(name, out byte[]? expected) && CryptographicOperations.FixedTimeEquals(hash, expected)
            ? _keys.GetValueOrDefault(epoch)
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"keys of Store {StoreId}";
}
