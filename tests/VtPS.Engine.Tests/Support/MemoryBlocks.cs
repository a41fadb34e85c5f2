using VtPS.Engine.Blocks;
using VtPS.Engine.Hashing;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Tests.Support;

/// <summary>Blocks in memory, to write and to read, and a count of what was asked for.</summary>
internal sealed class MemoryBlocks(VtHashName hashName = VtHashName.Sha256) : IBlockSink, IBlockReader
{
    public Dictionary<VtHash, byte[]> Blocks { get; } = [];

    public VtHashName HashName { get; } = hashName;

    /// <summary>How often a block was read.</summary>
    public int Reads { get; private set; }

    public VtHash Add(ReadOnlySpan<byte> content)
    {
        VtHash hash = BlockHasher.Compute(HashName, content);
        Blocks.TryAdd(hash, content.ToArray());
        return hash;
    }

    public VtBlockReference AddChunk(ReadOnlySpan<byte> content) => VtBlockReference.OfHash(Add(content), content.Length);

    public ValueTask<ReadOnlyMemory<byte>> GetAsync(VtHash hash, CancellationToken cancellationToken)
    {
        Reads++;
        return Blocks.TryGetValue(hash, out byte[]? bytes)
            ? ValueTask.FromResult<ReadOnlyMemory<byte>>(bytes)
            : throw new VtException(VtErrorId.BlockNotFound, $"No {hash}.", hash);
    }
}
