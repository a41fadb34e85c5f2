using VtPS.Engine.Stores;

namespace VtPS.Engine.Copies;

/// <summary>Counts what is missing, each block once however often it is met.</summary>
internal sealed class PlanSink : IMissingBlockSink
{
    private readonly HashSet<BlockKey> _counted = [];

    /// <summary>Blocks met so far, and the bytes that their references stand for.</summary>
    public long Blocks { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Whether a block was counted.</summary>
    public bool Has(VtHash hash) => _counted.Contains(BlockKey.Of(hash));

    public ValueTask AddContentAsync(MissingBlock block, CancellationToken cancellationToken)
    {
        if (_counted.Add(BlockKey.Of(block.Hash)))
        {
            Blocks++;
            Bytes += block.Length;
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask FinishAsync(CopyNode node, CancellationToken cancellationToken)
    {
        foreach (MissingBlock block in node.Blocks)
        {
            await AddContentAsync(block, cancellationToken).ConfigureAwait(false);
        }
    }

    public void LookedAt(long length)
    {
    }
}
