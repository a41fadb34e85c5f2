using VtPS.Engine.Blocks;
using VtPS.Engine.Chunking;

namespace VtPS.Engine.Backups;

/// <summary>From a chunk to its reference: a literal if it is short, a run if it is one byte repeated, else a block.</summary>
internal static class ChunkReference
{
    /// <summary>Keeps the chunk where it needs keeping.</summary>
    public static VtBlockReference Add(IBlockSink sink, ReadOnlySpan<byte> chunk) =>
        WithoutBlock(chunk) ?? VtBlockReference.OfHash(sink.Add(chunk), chunk.Length);

    /// <summary>The reference of a chunk that needs no block; null for any other.</summary>
    public static VtBlockReference? WithoutBlock(ReadOnlySpan<byte> chunk) =>
        chunk.Length <= VtBlockReference.MaximumLiteral ? VtBlockReference.OfLiteral(chunk)
        : RunDetector.IsRun(chunk, out byte value) ? VtBlockReference.OfRun(value, chunk.Length)
        : null;
}
