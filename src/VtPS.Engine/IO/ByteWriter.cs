using System.Runtime.CompilerServices;

namespace VtPS.Engine.IO;

/// <summary>Writes the integers and byte strings of VtPS's binary forms into a buffer that grows. For one thread at a time.</summary>
internal sealed class ByteWriter(int capacity = 256)
{
    private byte[] _buffer = new byte[capacity];

    /// <summary>How many bytes are written.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written; valid until the next call that writes.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Forgets what was written after the first so many bytes.</summary>
    public void Truncate(int length) => Length = length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteByte(byte value)
    {
        Ensure(1);
        _buffer[Length++] = value;
    }

    /// <summary>Unsigned LEB128; see <see cref="ByteReader.ReadVarUInt"/>.</summary>
    public void WriteVarUInt(ulong value)
    {
        Ensure(10);
        while (value >= 0x80)
        {
            _buffer[Length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[Length++] = (byte)value;
    }

    /// <summary>Zigzag; see <see cref="ByteReader.ReadVarInt"/>.</summary>
    public void WriteVarInt(long value) => WriteVarUInt((ulong)((value << 1) ^ (value >> 63)));

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        Ensure(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>The length and the bytes.</summary>
    public void WritePrefixed(ReadOnlySpan<byte> bytes)
    {
        WriteVarUInt((ulong)bytes.Length);
        WriteBytes(bytes);
    }

    /// <summary>How many bytes <see cref="WriteVarUInt"/> takes for a value.</summary>
    public static int SizeOfVarUInt(ulong value) => (((64 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) + 6) / 7);

    private void Ensure(int more)
    {
        if (_buffer.Length - Length < more)
        {
            Array.Resize(ref _buffer, Grown(_buffer.Length, Length + more));
        }
    }

    /// <summary>The capacity that comes after one, for so many bytes at least.</summary>
    internal static int Grown(int capacity, int least) => Math.Max(least, (int)Math.Min(2L * capacity, Array.MaxLength));
}
