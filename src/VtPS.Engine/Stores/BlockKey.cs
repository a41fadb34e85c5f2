using System.Runtime.InteropServices;

namespace VtPS.Engine.Stores;

/// <summary>The first 32 bytes of a hash as a small value: as good as the hash itself to tell blocks apart.</summary>
internal readonly record struct BlockKey(ulong A, ulong B, ulong C, ulong D)
{
    public static BlockKey Of(VtHash hash)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(hash.Span);
        return new BlockKey(words[0], words[1], words[2], words[3]);
    }

    public override int GetHashCode() => (int)A;
}
