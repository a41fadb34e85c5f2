using System.Buffers.Binary;
using VtPS.Engine.IO;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Serving;

/// <summary>How many hashes a window of a Store has, and their digest (see <see cref="SortedHashes"/>).</summary>
internal readonly record struct WindowDigest(int Count, UInt128 Sum)
{
    /// <summary>How many windows of the next depth a window is divided into.</summary>
    public const int Parts = 16;

    /// <summary>The digest of a window here.</summary>
    public static WindowDigest Of(SortedHashes hashes, int depth, uint window)
    {
        (int start, int end) = hashes.Find(depth, window);
        return new WindowDigest(end - start, hashes.Digest(start, end));
    }

    /// <summary>The count (number) and, unless that is 0, the sum (16 bytes, little-endian).</summary>
    public void Write(ByteWriter writer)
    {
        writer.WriteVarUInt((ulong)Count);
        if (Count > 0)
        {
            Span<byte> sum = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128LittleEndian(sum, Sum);
            writer.WriteBytes(sum);
        }
    }

    /// <exception cref="InvalidDataException">It is cut off.</exception>
    public static WindowDigest Read(ref ByteReader reader)
    {
        int count = reader.ReadInt32();
        return new WindowDigest(count, count == 0 ? 0 : BinaryPrimitives.ReadUInt128LittleEndian(reader.ReadBytes(16)));
    }
}
