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
    public const int ReadLength = 4 << 20;

    /// <summary>Records that nobody wants are read over up to this many bytes, where a second read would cost more.</summary>
    private const int GapLength = 64 << 10;

    private readonly StoreSession _source;
    private readonly TransferWorker[] _workers;

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
        bool passesRecords = from.Codec == to.Codec && from.Level == to.Level;
        _workers = new TransferWorker[workers];
        for (int i = 0; i < workers; i++)
        {
            _workers[i] = new TransferWorker(source, writer, meter, passesRecords, checksHashes);
        }
    }

    /// <summary>Blocks that were new to the destination, and their bytes, since this was made.</summary>
    public (long Blocks, long Bytes) Added => (_workers.Sum(static w => w.BlocksAdded), _workers.Sum(static w => w.BytesAdded));

    /// <summary>Adds a block to the record that the source has it in.</summary>
    /// <returns>The record.</returns>
    public RecordBlocks Gather(MissingBlock block, Dictionary<(DataFileId File, long Offset), RecordBlocks> records)
    {
        _source.Index.TryFind(block.Hash, out BlockLocation at);
        if (!records.TryGetValue((at.File, at.RecordOffset), out RecordBlocks? record))
        {
            record = new RecordBlocks(at);
            records.Add((at.File, at.RecordOffset), record);
        }

        record.Add(block, at);
        return record;
    }

    /// <summary>Copies blocks; they are durable after the writer's next flush.</summary>
    /// <param name="records">The blocks, each once.</param>
    /// <param name="content">What they are.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="UnreadableBackupException">The source cannot give some of them. The others were copied.</exception>
    public async Task CopyAsync(RecordBlocks[] records, DataFileContent content, CancellationToken cancellationToken)
    {
        if (records.Length == 0)
        {
            return;
        }

        records.AsSpan().Sort(static (x, y) => x.CompareTo(y));
        ConcurrentQueue<ArraySegment<RecordBlocks>> batches = new(Cut(records));
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
                        while (!stop.IsCancellationRequested && batches.TryDequeue(out ArraySegment<RecordBlocks> batch))
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

    private static IEnumerable<ArraySegment<RecordBlocks>> Cut(ArraySegment<RecordBlocks> records)
    {
        int first = 0;
        for (int i = 1; i <= records.Count; i++)
        {
            if (i == records.Count || !IsOneRead(records[first].At, records[i - 1].At, records[i].At))
            {
                yield return records[first..i];
                first = i;
            }
        }
    }

    private static bool IsOneRead(BlockLocation first, BlockLocation last, BlockLocation next) =>
        first.File == next.File
        && next.RecordOffset - (last.RecordOffset + last.RecordLength) <= GapLength
        && next.RecordOffset + next.RecordLength - first.RecordOffset <= ReadLength;

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
