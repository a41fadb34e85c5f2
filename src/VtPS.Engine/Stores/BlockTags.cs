using System.Buffers.Binary;
using System.IO.Hashing;

namespace VtPS.Engine.Stores;

/// <summary>
/// The first 32 bits of every hash in a data file, in the order of its pages: all that must be read to begin with. XXH3-64 of the rest, then four
/// bytes a block, all little-endian.
/// </summary>
internal static class BlockTags
{
    private const int HeaderSize = sizeof(ulong);

    /// <summary>The blob of a file with these pages.</summary>
    public static byte[] Encode(IReadOnlyList<byte[]> pages, int hashSize)
    {
        int blocks = 0;
        for (int i = 0; i < pages.Count; i++)
        {
            blocks += BlockPage.Count(pages[i]);
        }

        byte[] blob = new byte[HeaderSize + (blocks * sizeof(uint))];
        Span<byte> rest = blob.AsSpan(HeaderSize);
        for (int i = 0; i < pages.Count; i++)
        {
            int count = BlockPage.Count(pages[i]);
            for (int j = 0; j < count; j++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(rest, BlockPage.Tag(pages[i], j, hashSize));
                rest = rest[sizeof(uint)..];
            }
        }

        BinaryPrimitives.WriteUInt64LittleEndian(blob, XxHash3.HashToUInt64(blob.AsSpan(HeaderSize)));
        return blob;
    }

    /// <summary>The tags in a blob; false where it is damaged.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="blocks">How many blocks there must be.</param>
    /// <param name="tags">Four bytes a block.</param>
    public static bool TryRead(ReadOnlySpan<byte> blob, long blocks, out ReadOnlySpan<byte> tags)
    {
        if (blob.Length != HeaderSize + (blocks * sizeof(uint))
            || BinaryPrimitives.ReadUInt64LittleEndian(blob) != XxHash3.HashToUInt64(blob[HeaderSize..]))
        {
            tags = default;
            return false;
        }

        tags = blob[HeaderSize..];
        return true;
    }
}
