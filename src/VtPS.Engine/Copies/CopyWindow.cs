using VtPS.Engine.Stores;

namespace VtPS.Engine.Copies;

/// <summary>
/// Gathers missing blocks until there are enough to be read in the order of the source's data files, then has them copied: content first, then the directories
/// that are finished. For one thread.
/// </summary>
internal sealed class CopyWindow(BlockTransfer transfer, CopyMeter meter, int capacity) : IMissingBlockSink
{
    /// <summary>How many finished directories are remembered for their "complete below" flags: one that is forgotten is looked at again by the next copy.</summary>
    private const int CompleteMaximum = 1 << 18;

    private readonly List<MissingBlock> _content = [];
    private readonly List<MissingBlock> _trees = [];
    private readonly HashSet<BlockKey> _contentKeys = [];
    private readonly HashSet<BlockKey> _treeKeys = [];
    private readonly List<VtHash> _complete = [];

    /// <summary>Directories and side-cars below which everything is in the destination once the copy has come to its end.</summary>
    public IReadOnlyList<VtHash> Complete => _complete;

    public async ValueTask AddContentAsync(MissingBlock block, CancellationToken cancellationToken)
    {
        if (_contentKeys.Add(BlockKey.Of(block.Hash)))
        {
            _content.Add(block);
            meter.Found(block.Length);
            await FlushIfFullAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask FinishAsync(CopyNode node, CancellationToken cancellationToken)
    {
        foreach (MissingBlock block in node.Blocks)
        {
            if (_treeKeys.Add(BlockKey.Of(block.Hash)))
            {
                _trees.Add(block);
                meter.Found(block.Length);
            }
        }

        // The top comes last and is never left out.
        if (node.Content.Hash is { } hash && (node.Parent is null || _complete.Count < CompleteMaximum))
        {
            _complete.Add(hash);
        }

        await FlushIfFullAsync(cancellationToken).ConfigureAwait(false);
    }

    public void LookedAt(long length) => meter.LookedAt(length);

    /// <summary>Has everything gathered copied. It is durable once the writer is flushed.</summary>
    /// <exception cref="UnreadableBackupException">The source cannot give some of it.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await transfer.CopyAsync(_content, DataFileContent.Files, cancellationToken).ConfigureAwait(false);
        _content.Clear();
        _contentKeys.Clear();
        await transfer.CopyAsync(_trees, DataFileContent.Trees, cancellationToken).ConfigureAwait(false);
        _trees.Clear();
        _treeKeys.Clear();
    }

    private async ValueTask FlushIfFullAsync(CancellationToken cancellationToken)
    {
        if (_content.Count + _trees.Count >= capacity)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
