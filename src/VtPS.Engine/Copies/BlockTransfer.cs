using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Copies;

/// <summary>
/// Brings blocks from one Store to another: the source's records are read in their order, neighbours at once, each is opened once, every block is checked against its
/// hash, and what the destination lacks is packed and sealed anew. Several threads read, check and pack at a time; what they hold is reused and does not grow with
/// what is copied. For one caller at a time.
/// </summary>
internal sealed class BlockTransfer : IDisposable
{
    /// <summary>Long enough that a read costs little, short enough that all threads have work: in bytes.</summary>
    private const int ReadLength = 4 << 20;

    /// <summary>Records that nobody wants are read over up to this many bytes, where a second read would cost more.</summary>
    private const int GapLength = 64 << 10;

    private readonly StoreSession _source;
    private readonly TransferWorker[] _workers;

    /// <summary>Makes one.</summary>
    /// <param name="source">The Store that has the blocks.</param>
    /// <param name="writer">The destination.</param>
    /// <param name="workers">How many threads.</param>
    /// <param name="meter">Told of each block.</param>
    public BlockTransfer(StoreSession source, StoreWriter writer, int workers, CopyMeter meter)
    {
        _source = source;
        _workers = new TransferWorker[workers];
        for (int i = 0; i < workers; i++)
        {
            _workers[i] = new TransferWorker(source, writer, meter);
        }
    }

    /// <summary>Blocks that were new to the destination, and their bytes, since this was made.</summary>
    public (long Blocks, long Bytes) Added => (_workers.Sum(static w => w.BlocksAdded), _workers.Sum(static w => w.BytesAdded));

    /// <summary>Copies blocks; they are durable after the writer's next flush.</summary>
    /// <exception cref="UnreadableBackupException">The source cannot give some of them. The others were copied.</exception>
    public async Task CopyAsync(List<MissingBlock> blocks, DataFileContent content, CancellationToken cancellationToken)
    {
        if (blocks.Count == 0)
        {
            return;
        }

        LocatedBlock[] located = Locate(blocks);
        ConcurrentQueue<ArraySegment<LocatedBlock>> batches = new(Cut(located));
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Exception? failure = null;
        int threads = Math.Min(_workers.Length, batches.Count);
        Task[] running = new Task[threads];
        for (int i = 0; i < threads; i++)
        {
            TransferWorker worker = _workers[i];
            running[i] = Task.Factory.StartNew(
                () =>
                {
                    try
                    {
                        while (!stop.IsCancellationRequested && batches.TryDequeue(out ArraySegment<LocatedBlock> batch))
                        {
                            worker.Copy(batch, content, stop.Token);
                        }
                    }
                    catch (Exception e)
                    {
                        Interlocked.CompareExchange(ref failure, e, null);
                        stop.Cancel();
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        Report();
    }

    public void Dispose()
    {
        foreach (TransferWorker worker in _workers)
        {
            worker.Dispose();
        }
    }

    /// <summary>Where the source has each block, in the order of its data files. One that it does not know stands first, in a file that there is not.</summary>
    private LocatedBlock[] Locate(List<MissingBlock> blocks)
    {
        LocatedBlock[] located = new LocatedBlock[blocks.Count];
        for (int i = 0; i < located.Length; i++)
        {
            _source.Index.TryFind(blocks[i].Hash, out BlockLocation location);
            located[i] = new LocatedBlock(blocks[i], location);
        }

        Array.Sort(located);
        return located;
    }

    private static IEnumerable<ArraySegment<LocatedBlock>> Cut(LocatedBlock[] blocks)
    {
        int first = 0;
        for (int i = 1; i <= blocks.Length; i++)
        {
            if (i == blocks.Length || !IsOneRead(blocks[first].Location, blocks[i - 1].Location, blocks[i].Location))
            {
                yield return new ArraySegment<LocatedBlock>(blocks, first, i - first);
                first = i;
            }
        }
    }

    private static bool IsOneRead(BlockLocation first, BlockLocation last, BlockLocation next) =>
        first.File == next.File
        && next.RecordOffset - (last.RecordOffset + last.RecordLength) <= GapLength
        && (next.RecordOffset == last.RecordOffset || next.RecordOffset + next.RecordLength - first.RecordOffset <= ReadLength);

    private void Report()
    {
        List<(MissingBlock Block, Exception Cause)> unreadable = [.. _workers.SelectMany(static w => w.TakeUnreadable())];
        if (unreadable.Count > 0)
        {
            (string path, Exception cause) = unreadable.Select(u => (Path: UnreadableBackupException.PathOf(u.Block.Directory, u.Block.Name), u.Cause)).MinBy(u => u.Path, StringComparer.Ordinal);
            throw new UnreadableBackupException(path, unreadable.Count - 1, cause);
        }
    }
}
