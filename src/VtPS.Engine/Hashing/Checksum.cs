using System.IO.Hashing;

namespace VtPS.Engine.Hashing;

/// <summary>
/// The checksum that guards plain on-disk structures against accidental damage: XXH3-64 with seed 0
/// (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). It is no defence against anyone who means harm.
/// Where it is stored as bytes, they are little-endian.
/// </summary>
internal static class Checksum
{
    /// <summary>The checksum of <paramref name="data"/>.</summary>
    public static ulong Xxh3(ReadOnlySpan<byte> data) => XxHash3.HashToUInt64(data);
}
