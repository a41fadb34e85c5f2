namespace VtPS.Engine.IO;

/// <summary>Reads the integers and byte strings of VtPS's binary forms, never past the end.</summary>
/// <exception cref="InvalidDataException">Every method: the bytes end too early, or a number is longer than its form allows.</exception>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>What has not been read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public byte ReadByte()
    {
        if (_rest.IsEmpty)
        {
            throw new InvalidDataException("The data ends too early.");
        }

        byte value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    /// <summary>An unsigned LEB128 number of at most 64 bits: seven bits a byte, the lowest first; only the shortest form is accepted.</summary>
    public ulong ReadVarUInt()
    {
        ulong value = 0;
        for (int i = 0; i < _rest.Length && i < 10; i++)
        {
            byte b = _rest[i];
            if (i == 9 && b > 1)
            {
                break;
            }

            value |= (ulong)(b & 0x7f) << (7 * i);
            if (b < 0x80)
            {
                if (b == 0 && i > 0)
                {
                    break;
                }

                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw new InvalidDataException("A number in the data is cut off or too long.");
    }

    /// <summary>A number that must fit Int64 and not be negative.</summary>
    public long ReadLength()
    {
        ulong value = ReadVarUInt();
        return value <= long.MaxValue ? (long)value : throw new InvalidDataException("A length in the data is out of range.");
    }

    /// <summary>A number that must fit Int32 and not be negative.</summary>
    public int ReadInt32()
    {
        ulong value = ReadVarUInt();
        return value <= int.MaxValue ? (int)value : throw new InvalidDataException("A number in the data is out of range.");
    }

    public uint ReadUInt32()
    {
        ulong value = ReadVarUInt();
        return value <= uint.MaxValue ? (uint)value : throw new InvalidDataException("A number in the data is out of range.");
    }

    /// <summary>A signed number in zigzag form: 0, -1, 1, -2 … as 0, 1, 2, 3 …</summary>
    public long ReadVarInt()
    {
        ulong value = ReadVarUInt();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>So many bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(int length)
    {
        if ((uint)length > (uint)_rest.Length)
        {
            throw new InvalidDataException("The data ends too early.");
        }

        ReadOnlySpan<byte> value = _rest[..length];
        _rest = _rest[length..];
        return value;
    }

    /// <summary>A length as <see cref="ReadInt32"/> gives it, and so many bytes.</summary>
    public ReadOnlySpan<byte> ReadPrefixed() => ReadBytes(ReadInt32());
}
