using System.Buffers.Binary;
using System.Security.Cryptography;

namespace VtPS.Engine.Chunking;

/// <summary>
/// The 256 numbers of the gear hash, the same in every Store. Number <c>i</c> is the first eight bytes, read little-endian, of the
/// SHA-256 of the nine ASCII bytes <c>VtPS gear</c> followed by the one byte <c>i</c>.
/// </summary>
internal static class GearTable
{
    private static readonly ulong[] Table = Build();

    /// <summary>The numbers, by byte value.</summary>
    public static ReadOnlySpan<ulong> Values => Table;

    private static ulong[] Build()
    {
        ulong[] table = new ulong[256];
        Span<byte> text = stackalloc byte[10];
        "VtPS gear"u8.CopyTo(text);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        for (int i = 0; i < table.Length; i++)
        {
            text[9] = (byte)i;
            SHA256.HashData(text, hash);
            table[i] = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        }

        return table;
    }
}
