using VtPS.Engine.Blocks;
using VtPS.Engine.Hashing;

namespace VtPS.Engine.Stores;

/// <summary>
/// Takes blocks for one lane of a writer: names them, passes over those the Store has, gathers the others into records.
/// Each worker has one of its own; it may be flushed by another thread at any time.
/// </summary>
internal sealed class BlockPacker : IBlockSink, IDisposable
{
    private readonly StoreWriter _writer;
    private readonly DataFileLane _lane;
    private readonly RecordCompany _company;
    private readonly Lock _gate = new();

    internal BlockPacker(StoreWriter writer, DataFileLane lane, RecordCompany company)
    {
        _writer = writer;
        _lane = lane;
        _company = company;
    }

    /// <summary>Blocks that the Store did not have, and their bytes before compression.</summary>
    public long BlocksNew { get; private set; }

    public long BytesNew { get; private set; }

    /// <summary>Blocks that the Store, or this run, had already.</summary>
    public long BlocksKnown { get; private set; }

    public VtHash Add(ReadOnlySpan<byte> content)
    {
        VtHash hash = BlockHasher.Compute(_writer.HashName, content);
        Add(hash, content);
        return hash;
    }

    /// <summary>Keeps a block whose hash is known.</summary>
    /// <returns>Whether it was new.</returns>
    public bool Add(VtHash hash, ReadOnlySpan<byte> content)
    {
        bool known = _writer.Index.Contains(hash);
        lock (_gate)
        {
            // Taking and copying are one step under the lock: whoever finds a block taken can rely on a later flush to bring it in.
            if (known || !_writer.Pending.TryAdd(hash))
            {
                BlocksKnown++;
                return false;
            }

            if (_writer.Index.Contains(hash))
            {
                // It was sealed between the two looks.
                _writer.Pending.Remove(hash);
                BlocksKnown++;
                return false;
            }

            if (!_company.Fits(content.Length))
            {
                Flush();
            }

            _company.Add(hash, content);
            BlocksNew++;
            BytesNew += content.Length;
            if (_company.PlainLength >= DataFileFormat.CompanyLength)
            {
                Flush();
            }

            return true;
        }
    }

    /// <summary>
    /// Sends on a record of another Store with the same codec as it is, unless one of its blocks is known here: then nothing is done, and they are to be added one by one.
    /// </summary>
    /// <param name="body">The record's body, opened, without padding.</param>
    /// <param name="blocks">Hash and length in bytes of each of its blocks, in their order.</param>
    /// <returns>Whether it was sent.</returns>
    public bool TryAddRecord(ReadOnlySpan<byte> body, List<(VtHash Hash, int Length)> blocks)
    {
        lock (_gate)
        {
            foreach ((VtHash hash, _) in blocks)
            {
                if (_writer.Has(hash))
                {
                    return false;
                }
            }

            // Should another thread take one of them meanwhile, it is stored twice, which is no fault.
            foreach ((VtHash hash, int length) in blocks)
            {
                _writer.Pending.TryAdd(hash);
                BlocksNew++;
                BytesNew += length;
            }

            Memory<byte> record = _company.Frame(body, _lane.Shape);
            _lane.AppendAsync(record, blocks, _writer.Stopping).AsTask().GetAwaiter().GetResult();
            return true;
        }
    }

    /// <summary>Sends what is gathered to the lane.</summary>
    public void FlushRecord()
    {
        lock (_gate)
        {
            Flush();
        }
    }

    public void Dispose() => _company.Dispose();

    private void Flush()
    {
        if (_company.Blocks.Count > 0)
        {
            Memory<byte> record = _company.Encode(_lane.Shape);
            _lane.AppendAsync(record, _company.Blocks, _writer.Stopping).AsTask().GetAwaiter().GetResult();
            _company.Clear();
        }
    }
}
