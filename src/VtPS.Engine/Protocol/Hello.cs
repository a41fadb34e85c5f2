using System.Buffers.Binary;
using System.Text;
using VtPS.Engine.IO;

namespace VtPS.Engine.Protocol;

/// <summary>
/// The first frame of each side: magic (8 bytes), lowest and highest version (2 + 2), longest payload accepted (4), window of each body (4),
/// most requests at a time (2), right (1), a zero (1), then the program's version, length-prefixed. Integers are little-endian; what follows is for later versions.
/// </summary>
internal sealed record Hello
{
    /// <summary>The version of the protocol that this program speaks.</summary>
    public const ushort Version = 1;

    /// <summary>The shortest limit of a payload, in bytes, that a side may announce.</summary>
    public const int LeastPayload = 4096;

    /// <summary>The smallest window, in bytes, that a side may announce.</summary>
    public const int LeastWindow = 16 << 10;

    /// <summary>The fewest requests at a time that a side must accept.</summary>
    public const int LeastRequests = 16;

    private const int FixedLength = 24;
    private const int MaximumText = 256;

    public ushort LowestVersion { get; init; } = Version;

    public ushort HighestVersion { get; init; } = Version;

    /// <summary>The longest payload that this side accepts, in bytes.</summary>
    public int MaximumPayload { get; init; } = 64 << 10;

    /// <summary>How many bytes of each body this side accepts before it has given credit.</summary>
    public int Window { get; init; } = 4 << 20;

    /// <summary>How many requests this side works on at a time.</summary>
    public int MaximumRequests { get; init; } = 64;

    /// <summary>What this side lets the other do.</summary>
    public ExportRight Right { get; init; }

    /// <summary>The program's version, for people.</summary>
    public string Program { get; init; } = EngineVersion.Text;

    /// <summary>What each Hello, and so each side's stream after twelve bytes, begins with.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'V', (byte)'T', (byte)'P', 0x0d, 0x0a, 0x1a, 0x0a];

    public byte[] ToBytes()
    {
        byte[] head = new byte[FixedLength];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(8), LowestVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(10), HighestVersion);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), MaximumPayload);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(16), Window);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(20), (ushort)MaximumRequests);
        head[22] = (byte)Right;
        ByteWriter writer = new();
        writer.WriteBytes(head);
        writer.WritePrefixed(Encoding.UTF8.GetBytes(Program));
        return writer.Written.ToArray();
    }

    /// <summary>Reads the peer's.</summary>
    /// <exception cref="InvalidDataException">It is none, of another version, or asks for limits that nobody may have.</exception>
    public static Hello Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FixedLength || !bytes.StartsWith(Magic))
        {
            throw new InvalidDataException("it does not begin as this protocol does");
        }

        ushort lowest = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        ushort highest = BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]);
        if (lowest > Version || highest < Version)
        {
            throw new InvalidDataException($"it speaks versions {lowest} to {highest} of the protocol, and this program version {Version}; use the same version of VtPS on both sides");
        }

        ByteReader reader = new(bytes[FixedLength..]);
        Hello hello = new()
        {
            LowestVersion = lowest,
            HighestVersion = highest,
            MaximumPayload = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            Window = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
            MaximumRequests = BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]),
            Right = (ExportRight)bytes[22],
            Program = Text(ref reader),
        };
        return hello.MaximumPayload >= LeastPayload && hello.Window >= LeastWindow && hello.MaximumRequests >= LeastRequests && hello.Right <= ExportRight.Full
            ? hello
            : throw new InvalidDataException("it announces limits that the protocol does not allow");
    }

    private static string Text(ref ByteReader reader)
    {
        ReadOnlySpan<byte> text = reader.ReadPrefixed();
        return text.Length <= MaximumText ? Encoding.UTF8.GetString(text) : throw new InvalidDataException("it announces a text that is too long");
    }
}
