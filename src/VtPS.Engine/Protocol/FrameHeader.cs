using System.Buffers.Binary;

namespace VtPS.Engine.Protocol;

/// <summary>The twelve bytes in front of each frame's payload; integers little-endian: length (4), type (1), flags (1), method (2), tag (4).</summary>
/// <param name="Length">The payload's length in bytes.</param>
/// <param name="Type">What the frame says.</param>
/// <param name="Flags">Bit 0: no body, or no more of it, follows. Bit 1, of a request: progress is wanted. The others are 0.</param>
/// <param name="Method">Of a request: what is asked for. Else 0.</param>
/// <param name="Tag">The call that the frame belongs to; 0 for none.</param>
internal readonly record struct FrameHeader(uint Length, FrameType Type, byte Flags, ushort Method, uint Tag)
{
    /// <summary>The header's length in bytes.</summary>
    public const int Size = 12;

    /// <summary>The flag of a frame that no body, or no more of it, follows.</summary>
    public const byte Last = 1;

    /// <summary>The flag of a request whose caller wants to know how far it is.</summary>
    public const byte Progress = 2;

    public bool IsLast => (Flags & Last) != 0;

    public bool WantsProgress => (Flags & Progress) != 0;

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Length);
        bytes[4] = (byte)Type;
        bytes[5] = Flags;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], Method);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Tag);
    }

    public static FrameHeader Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (FrameType)bytes[4],
        bytes[5],
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
}
