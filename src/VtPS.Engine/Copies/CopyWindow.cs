using VtPS.Engine.Stores;

namespace VtPS.Engine.Copies;

/// <summary>
/// Gathers missing blocks until there are enough to be read in the order of the source's data files, then has them copied: content first, then the directories
/// that are finished. Beside the walk, records are sent on as soon as all their blocks were met. For one thread.
/// </summary>
/// <param name="transfer">Copies blocks.</param>
/// <param name="meter">Told of each block that is found.</param>
/// <param name="capacity">How many blocks are gathered at most.</param>
/// <param name="besideWalk">Whether anything is copied beside the walk.</param>
internal sealed class CopyWindow(BlockTransfer transfer, CopyMeter meter, int capacity, bool besideWalk) : IMissingBlockSink, IAsyncDisposable
{
    /// <summary>How many finished directories are remembered for their "complete below" flags: one that is forgotten is looked at again by the next copy.</summary>
    private const int CompleteMaximum = 1 << 18;

    private readonly Dictionary<(DataFileId File, long Offset), RecordBlocks> _content = [];
    private readonly Dictionary<(DataFileId File, long Offset), RecordBlocks> _trees = [];
    private readonly HashSet<BlockKey> _contentKeys = [];
    private readonly HashSet<BlockKey> _treeKeys = [];
    private readonly List<VtHash> _complete = [];
    private readonly List<RecordBlocks> _whole = [];
    private long _wholeLength;
    private Task? _running;

    /// <summary>Directories and side-cars below which everything is in the destination once the copy has come to its end.</summary>
    public IReadOnlyList<VtHash> Complete => _complete;

    public async ValueTask AddContentAsync(MissingBlock block, CancellationToken cancellationToken)
    {
        if (_contentKeys.Add(BlockKey.Of(block.Hash)))
        {
            RecordBlocks record = transfer.Gather(block, _content);
            if (besideWalk && record.IsWhole)
            {
                _content.Remove((record.At.File, record.At.RecordOffset));
                _whole.Add(record);
                _wholeLength += record.At.RecordLength;
            }

            meter.Found(block.Length);
            await RelieveAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask FinishAsync(CopyNode node, CancellationToken cancellationToken)
    {
        foreach (MissingBlock block in node.Blocks)
        {
            if (_treeKeys.Add(BlockKey.Of(block.Hash)))
            {
                transfer.Gather(block, _trees);
                meter.Found(block.Length);
            }
        }

        // The top comes last and is never left out.
        if (node.Content.Hash is { } hash && (node.Parent is null || _complete.Count < CompleteMaximum))
        {
            _complete.Add(hash);
        }

        await RelieveAsync(cancellationToken).ConfigureAwait(false);
    }

    public void LookedAt(long length) => meter.LookedAt(length);

    /// <summary>Has everything gathered copied. It is durable once the writer is flushed.</summary>
    /// <exception cref="UnreadableBackupException">The source cannot give some of it.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await WaitAsync().ConfigureAwait(false);
        await transfer.CopyAsync([.. _whole, .. _content.Values], DataFileContent.Files, cancellationToken).ConfigureAwait(false);
        _whole.Clear();
        _wholeLength = 0;
        _content.Clear();
        _contentKeys.Clear();
        await transfer.CopyAsync([.. _trees.Values], DataFileContent.Trees, cancellationToken).ConfigureAwait(false);
        _trees.Clear();
        _treeKeys.Clear();
    }

    /// <summary>Waits for what is copied beside the walk.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
        {
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async ValueTask RelieveAsync(CancellationToken cancellationToken)
    {
        if (_contentKeys.Count + _treeKeys.Count >= capacity)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (_wholeLength >= BlockTransfer.ReadLength && _running is not { IsCompleted: false })
        {
            await WaitAsync().ConfigureAwait(false);
            RecordBlocks[] records = [.. _whole];
            _whole.Clear();
            _wholeLength = 0;
            _running = Task.Run(() => transfer.CopyAsync(records, DataFileContent.Files, cancellationToken), CancellationToken.None);
        }
    }

    /// <summary>Waits for what is copied beside the walk.</summary>
    private async ValueTask WaitAsync()
    {
        if (_running is { } running)
        {
            _running = null;
            await running.ConfigureAwait(false);
        }
    }
}
