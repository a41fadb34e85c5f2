using System.Security.Cryptography;

namespace VtPS.Engine.Encryption;

/// <summary>
/// The master key of one epoch: 32 random bytes, from which every key of that epoch is derived and which itself seals nothing.
/// Held outside the moving heap and cleared when nobody has it any more. Safe for use by many threads.
/// </summary>
internal sealed class EpochKey
{
    /// <summary>The key's length in bytes.</summary>
    public const int Length = 32;

    private readonly byte[] _key = GC.AllocateArray<byte>(Length, pinned: true);

    private EpochKey(uint epoch) => Epoch = epoch;

    ~EpochKey() => CryptographicOperations.ZeroMemory(_key);

    /// <summary>The epoch's number: 1 for the first key of a Store.</summary>
    public uint Epoch { get; }

    /// <summary>
    /// What tells this key from another without telling anything of it: 32 hexadecimal digits, HKDF-SHA256 of the key with the info <c>VtPS key id</c>.
    /// </summary>
    public string KeyId { get; private set; } = string.Empty;

    /// <summary>Draws a new key.</summary>
    public static EpochKey Draw(uint epoch)
    {
        EpochKey key = new(epoch);
        RandomNumberGenerator.Fill(key._key);
        return key.WithId();
    }

    /// <summary>Takes a key that was unwrapped; the caller clears its own copy.</summary>
    /// <exception cref="InvalidDataException">It is not 32 bytes long.</exception>
    public static EpochKey From(uint epoch, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
        {
            throw new InvalidDataException($"A key of {bytes.Length} bytes is none of a Store.");
        }

        EpochKey key = new(epoch);
        bytes.CopyTo(key._key);
        return key.WithId();
    }

    /// <summary>Derives a key (HKDF-SHA256, RFC 5869) as long as <paramref name="derived"/>.</summary>
    public void Derive(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info, Span<byte> derived)
    {
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, derived, salt, info);
        GC.KeepAlive(this);
    }

    /// <summary>The key itself, to be wrapped. The caller clears what it got.</summary>
    public void CopyTo(Span<byte> bytes)
    {
        _key.CopyTo(bytes);
        GC.KeepAlive(this);
    }

    private EpochKey WithId()
    {
        Span<byte> id = stackalloc byte[16];
        Derive([], "VtPS key id"u8, id);
        KeyId = Convert.ToHexStringLower(id);
        return this;
    }
}
