using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Copies;

/// <summary>
/// Brings blocks from one Store to another: the source's records are read in their order, neighbours at once, and each is opened once. A record that the destination
/// lacks as a whole is sealed anew and goes over as it is compressed; of others every block is checked against its hash, and what is lacking is packed anew. Several threads read, check and pack at a time; what they hold is reused and does not grow with
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
    private readonly bool _passesRecords;

    /// <summary>Makes one.</summary>
    /// <param name="source">The Store that has the blocks.</param>
    /// <param name="writer">The destination.</param>
    /// <param name="workers">How many threads.</param>
    /// <param name="meter">Told of each block.</param>
    /// <param name="checksHashes">Whether the blocks of records that go over as they are are checked against their hashes, too, and not by the record's checksum or seal alone.</param>
    public BlockTransfer(StoreSession source, StoreWriter writer, int workers, CopyMeter meter, bool checksHashes)
    {
        _source = source;
        (StoreConfig from, StoreConfig to) = (source.Config, writer.Session.Config);
        _passesRecords = from.Codec == to.Codec && from.Level == to.Level;
        _workers = new TransferWorker[workers];
        for (int i = 0; i < workers; i++)
        {
            _workers[i] = new TransferWorker(source, writer, meter, _passesRecords, checksHashes);
        }
    }

    /// <summary>Blocks that were new to the destination, and their bytes, since this was made.</summary>
    public (long Blocks, long Bytes) Added => (_workers.Sum(static w => w.BlocksAdded), _workers.Sum(static w => w.BytesAdded));

    /// <summary>Copies blocks; they are durable after the writer's next flush.</summary>
    /// <param name="blocks">The blocks, each once.</param>
    /// <param name="content">What they are.</param>
    /// <param name="wholeRecords">Whether only blocks are copied whose records have no others, so that these can go over as they are.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The blocks that were left.</returns>
    /// <exception cref="UnreadableBackupException">The source cannot give some of them. The others were copied.</exception>
    public async Task<List<MissingBlock>> CopyAsync(List<MissingBlock> blocks, DataFileContent content, bool wholeRecords, CancellationToken cancellationToken)
    {
        List<MissingBlock> left = [];
        ArraySegment<LocatedBlock> located = Locate(blocks);
        if (wholeRecords && _passesRecords)
        {
            located = TakeWhole(located, left);
        }

        if (located.Count == 0)
        {
            return left;
        }

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
        return left;
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

    /// <summary>Moves the blocks together whose records have no others, in their order, and puts aside those that are left.</summary>
    private static ArraySegment<LocatedBlock> TakeWhole(ArraySegment<LocatedBlock> blocks, List<MissingBlock> left)
    {
        int taken = 0;
        for (int first = 0; first < blocks.Count;)
        {
            BlockLocation record = blocks[first].Location;
            int end = first;
            long length = 0;
            for (; end < blocks.Count && blocks[end].Location.File == record.File && blocks[end].Location.RecordOffset == record.RecordOffset; end++)
            {
                length += blocks[end].Location.BlockLength;
            }

            bool isWhole = length == record.PlainLength;
            for (; first < end; first++)
            {
                if (isWhole)
                {
                    blocks[taken++] = blocks[first];
                }
                else
                {
                    left.Add(blocks[first].Block);
                }
            }
        }

        return blocks[..taken];
    }

    private static IEnumerable<ArraySegment<LocatedBlock>> Cut(ArraySegment<LocatedBlock> blocks)
    {
        int first = 0;
        for (int i = 1; i <= blocks.Count; i++)
        {
            if (i == blocks.Count || !IsOneRead(blocks[first].Location, blocks[i - 1].Location, blocks[i].Location))
            {
                yield return blocks[first..i];
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
