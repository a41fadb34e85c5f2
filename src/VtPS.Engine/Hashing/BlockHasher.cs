using System.Security.Cryptography;

namespace VtPS.Engine.Hashing;

/// <summary>Computes the hashes that name blocks, by the platform's own cryptography. Safe for use by many threads.</summary>
internal static class BlockHasher
{
    /// <summary>Whether this platform can compute the function; SHA3-256 needs a recent system library.</summary>
    public static bool IsSupported(VtHashName name) => name switch
    {
        VtHashName.Sha256 or VtHashName.Sha512 => true,
        VtHashName.Sha3_256 => SHA3_256.IsSupported,
        _ => false,
    };

    /// <summary>Hashes <paramref name="data"/> into <paramref name="destination"/>; allocates nothing.</summary>
    /// <param name="name">The hash function.</param>
    /// <param name="data">What to hash.</param>
    /// <param name="destination">Exactly <see cref="VtHashNames.Size"/> bytes.</param>
    /// <exception cref="ArgumentException">The destination has another length, or there is no such function.</exception>
    /// <exception cref="PlatformNotSupportedException">See <see cref="IsSupported"/>.</exception>
    public static void Compute(VtHashName name, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        if (destination.Length != VtHashNames.Size(name))
        {
            throw new ArgumentException($"A {VtHashNames.Text(name)} value has {VtHashNames.Size(name)} bytes, not {destination.Length}.", nameof(destination));
        }

        switch (name)
        {
            case VtHashName.Sha256:
                SHA256.HashData(data, destination);
                break;
            case VtHashName.Sha512:
                SHA512.HashData(data, destination);
                break;
            case VtHashName.Sha3_256:
                SHA3_256.HashData(data, destination);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, "No such hash function.");
        }
    }

    /// <summary>Hashes <paramref name="data"/>; allocates the result and nothing else.</summary>
    /// <exception cref="PlatformNotSupportedException">See <see cref="IsSupported"/>.</exception>
    public static VtHash Compute(VtHashName name, ReadOnlySpan<byte> data)
    {
        byte[] bytes = new byte[VtHashNames.Size(name)];
        Compute(name, data, bytes);
        return new VtHash(name, bytes);
    }
}
