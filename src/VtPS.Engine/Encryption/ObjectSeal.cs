using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace VtPS.Engine.Encryption;

/// <summary>
/// Seals small objects: in the clear magic (8 bytes), format and epoch (4 bytes each, little-endian) and a fresh random salt (32 bytes); then, by AES-256-GCM,
/// the content's length (4 bytes), the content and its padding; then the tag (16 bytes). The key is HKDF-SHA256(epoch key, salt, <c>VtPS object</c> and the Store's id),
/// used once, so the nonce is zero. What is in the clear, the object's type and its name are authenticated: it opens under its own name in its own Store alone.
/// </summary>
internal static class ObjectSeal
{
    /// <summary>The length of what stands in the clear before the sealed bytes.</summary>
    public const int HeadLength = 8 + 4 + 4 + SaltLength;

    private const int SaltLength = 32;
    private const int TagLength = 16;
    private const int LengthLength = 4;
    private const uint Format = 1;

    /// <summary>The most that sealing adds to a small object, in bytes, padding aside.</summary>
    public const int Overhead = HeadLength + LengthLength + TagLength;

    private static ReadOnlySpan<byte> Magic => "VtPSseal"u8;

    /// <summary>Seals an object under the ring's present epoch; every call gives other bytes.</summary>
    public static byte[] Close(KeyRing ring, string name, ReadOnlySpan<byte> content)
    {
        int body = PaddedLength.Of(LengthLength + content.Length);
        byte[] bytes = new byte[HeadLength + body + TagLength];
        Span<byte> head = bytes.AsSpan(0, HeadLength);
        Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Format);
        BinaryPrimitives.WriteUInt32LittleEndian(head[12..], ring.Current.Epoch);
        RandomNumberGenerator.Fill(head[16..]);
        Span<byte> plain = bytes.AsSpan(HeadLength, body);
        BinaryPrimitives.WriteInt32LittleEndian(plain, content.Length);
        content.CopyTo(plain[LengthLength..]);
        Span<byte> nonce = stackalloc byte[12];
        nonce.Clear();
        using AesGcm cipher = Cipher(ring.Current, ring.StoreId, head[16..]);
        cipher.Encrypt(nonce, plain, plain, bytes.AsSpan(HeadLength + body), Bound(head, name));
        return bytes;
    }

    /// <summary>Opens an object.</summary>
    /// <exception cref="InvalidDataException">It is plain, damaged, changed, another object's, or of an epoch that is not read.</exception>
    public static byte[] Open(KeyRing ring, string name, ReadOnlySpan<byte> bytes)
    {
        uint epoch = EpochOf(name, bytes);
        EpochKey key = ring.FindForObject(epoch, name, bytes) ?? throw new InvalidDataException(
            epoch > ring.Current.Epoch
                ? $"'{name}' is sealed under key epoch {epoch}, which this session does not have (it has epoch {ring.Current.Epoch}). If the Store's key was changed meanwhile, open the Store again with a new password; else the object is damaged."
                : $"'{name}' is sealed under key epoch {epoch}, which is not read any more: it is damaged, or was put in the place of the right one.");
        return Open(key, ring.StoreId, name, bytes);
    }

    /// <summary>Opens an object that must be sealed under one key.</summary>
    /// <exception cref="InvalidDataException">It is plain, damaged, changed, another object's, or of another key.</exception>
    public static byte[] Open(EpochKey key, string storeId, string name, ReadOnlySpan<byte> bytes)
    {
        if (EpochOf(name, bytes) != key.Epoch)
        {
            throw new InvalidDataException($"'{name}' is sealed under key epoch {EpochOf(name, bytes)}, not {key.Epoch}.");
        }

        ReadOnlySpan<byte> head = bytes[..HeadLength];
        ReadOnlySpan<byte> body = bytes[HeadLength..^TagLength];
        byte[] plain = new byte[body.Length];
        Span<byte> nonce = stackalloc byte[12];
        nonce.Clear();
        using AesGcm cipher = Cipher(key, storeId, head[16..]);
        try
        {
            cipher.Decrypt(nonce, body, bytes[^TagLength..], plain, Bound(head, name));
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new InvalidDataException($"'{name}' is damaged, or is not the object that was put there: its seal does not match.", e);
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(plain);
        return length >= 0 && length <= plain.Length - LengthLength
            ? plain.AsSpan(LengthLength, length).ToArray()
            : throw new InvalidDataException($"'{name}' says that it is {length} bytes long, which it is not.");
    }

    private static uint EpochOf(string name, ReadOnlySpan<byte> bytes) =>
        bytes.Length >= Overhead || !bytes.StartsWith(Magic) ? ReadEpoch(name, bytes) : throw new InvalidDataException($"'{name}' is damaged: it is too short.");

    /// <summary>The epoch that an object's head names; nothing vouches for it until the object is opened.</summary>
    /// <param name="name">The object's name.</param>
    /// <param name="bytes">The object, or its first <see cref="HeadLength"/> bytes.</param>
    /// <exception cref="InvalidDataException">It is not sealed, or in another format.</exception>
    public static uint ReadEpoch(string name, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic))
        {
            throw new InvalidDataException($"'{name}' is not sealed, and the Store is encrypted: it is damaged, or was put there by someone without the key.");
        }

        if (bytes.Length < HeadLength)
        {
            throw new InvalidDataException($"'{name}' is damaged: it is too short.");
        }

        uint format = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        return format == Format
            ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..])
            : throw new InvalidDataException($"'{name}' is sealed in format {format}, which this version of VtPS does not read: it is damaged, or a newer version wrote it.");
    }

    private static AesGcm Cipher(EpochKey epoch, string storeId, ReadOnlySpan<byte> salt)
    {
        Span<byte> key = stackalloc byte[32];
        epoch.Derive(salt, Encoding.UTF8.GetBytes("VtPS object\0" + storeId), key);
        AesGcm cipher = new(key, TagLength);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    /// <summary>What is authenticated beside the content: the head, the type (the name's first part) and the name.</summary>
    private static byte[] Bound(ReadOnlySpan<byte> head, string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return [.. head, .. Encoding.UTF8.GetBytes(slash < 0 ? name : name[..slash]), 0, .. Encoding.UTF8.GetBytes(name)];
    }
}
