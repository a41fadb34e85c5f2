using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace VtPS.Engine.Encryption;

/// <summary>
/// Wraps an epoch's key for a password or key file: AES-256-GCM under PBKDF2-HMAC-SHA512(password, salt, iterations) or HKDF-SHA256(key file, salt).
/// The salt is drawn for each slot, so each wrapping key is used once and the nonce is zero. What the slot says in the clear is authenticated.
/// </summary>
internal static class KeyWrap
{
    /// <summary>The iterations of a new slot for a password.</summary>
    public const int DefaultIterations = 600_000;

    /// <summary>The most iterations that a slot may ask for: above this it is refused before any work.</summary>
    public const int MaximumIterations = 20_000_000;

    /// <summary>The length of a slot's salt, in bytes.</summary>
    public const int SaltLength = 32;

    /// <summary>The length of a wrapped key: the key and the tag, in bytes.</summary>
    public const int WrappedLength = EpochKey.Length + TagLength;

    private const int TagLength = 16;

    /// <summary>Wraps a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="secret">The password or key file.</param>
    /// <param name="salt">The slot's salt.</param>
    /// <param name="iterations">PBKDF2's iterations; passed over for a key file.</param>
    /// <param name="bound">What the slot says in the clear.</param>
    public static byte[] Wrap(EpochKey key, StoreSecret secret, ReadOnlySpan<byte> salt, int iterations, string bound)
    {
        byte[] wrapped = new byte[WrappedLength];
        Span<byte> nonce = stackalloc byte[12];
        nonce.Clear();
        Span<byte> bytes = stackalloc byte[EpochKey.Length];
        try
        {
            key.CopyTo(bytes);
            using AesGcm cipher = Cipher(secret, salt, iterations, bound);
            cipher.Encrypt(nonce, bytes, wrapped.AsSpan(0, EpochKey.Length), wrapped.AsSpan(EpochKey.Length), Encoding.UTF8.GetBytes(bound));
            return wrapped;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Unwraps a key; null where the secret is not the slot's (or the slot was changed by someone who made its checksum fit).</summary>
    /// <exception cref="InvalidDataException">The slot asks for iterations out of range, or its parts have wrong lengths; nothing was computed.</exception>
    public static EpochKey? TryUnwrap(uint epoch, ReadOnlySpan<byte> wrapped, StoreSecret secret, ReadOnlySpan<byte> salt, int iterations, string bound)
    {
        Check(secret.Kind, wrapped.Length, salt.Length, iterations);
        Span<byte> nonce = stackalloc byte[12];
        nonce.Clear();
        Span<byte> bytes = stackalloc byte[EpochKey.Length];
        try
        {
            using AesGcm cipher = Cipher(secret, salt, iterations, bound);
            cipher.Decrypt(nonce, wrapped[..EpochKey.Length], wrapped[EpochKey.Length..], bytes, Encoding.UTF8.GetBytes(bound));
            return EpochKey.From(epoch, bytes);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Checks what a slot asks for, before anything is computed.</summary>
    /// <exception cref="InvalidDataException">It cannot be.</exception>
    public static void Check(SecretKind kind, int wrappedLength, int saltLength, int iterations)
    {
        if (wrappedLength != WrappedLength || saltLength != SaltLength)
        {
            throw new InvalidDataException("Its salt or its wrapped key does not have the length that it must have.");
        }

        if (kind == SecretKind.Password && iterations is < 1 or > MaximumIterations)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"It asks for {iterations} iterations; from 1 to {MaximumIterations} are accepted."));
        }
    }

    private static AesGcm Cipher(StoreSecret secret, ReadOnlySpan<byte> salt, int iterations, string bound)
    {
        Span<byte> key = stackalloc byte[32];
        try
        {
            if (secret.Kind == SecretKind.Password)
            {
                Rfc2898DeriveBytes.Pbkdf2(secret.Bytes, salt, key, iterations, HashAlgorithmName.SHA512);
            }
            else
            {
                HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.Bytes, key, salt, Encoding.UTF8.GetBytes("VtPS key file\0" + bound));
            }

            return new AesGcm(key, TagLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
