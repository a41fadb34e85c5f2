using VtPS.Engine.Compression;
using VtPS.Engine.Hashing;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Copies;

/// <summary>One thread's part of a <see cref="BlockTransfer"/>, with the buffers that it keeps.</summary>
internal sealed class TransferWorker : IDisposable
{
    private readonly StoreSession _source;
    private readonly StoreWriter _writer;
    private readonly CopyMeter _meter;
    private readonly Decompressor _decompressor = new();
    private readonly List<(MissingBlock Block, Exception Cause)> _unreadable = [];
    private readonly List<(VtHash Hash, int Length)> _blocks = [];
    private readonly bool _passesRecords;
    private readonly bool _checksHashes;
    private BlockPacker? _files;
    private BlockPacker? _trees;
    private byte[] _records = [];
    private byte[] _plain = [];

    public TransferWorker(StoreSession source, StoreWriter writer, CopyMeter meter, bool passesRecords, bool checksHashes)
    {
        _source = source;
        _writer = writer;
        _meter = meter;
        _passesRecords = passesRecords;
        _checksHashes = checksHashes;
    }

    /// <summary>Blocks that were new to the destination, and their bytes.</summary>
    public long BlocksAdded => (_files?.BlocksNew ?? 0) + (_trees?.BlocksNew ?? 0);

    public long BytesAdded => (_files?.BytesNew ?? 0) + (_trees?.BytesNew ?? 0);

    /// <summary>Copies blocks whose records lie side by side in one data file. What cannot be had is noted.</summary>
    /// <exception cref="VtException">StoreFull, StoreWriteFailed; StoreReadFailed where the source is gone as a whole.</exception>
    public void Copy(ArraySegment<RecordBlocks> records, DataFileContent content, CancellationToken cancellationToken)
    {
        BlockPacker packer = content == DataFileContent.Files
            ? _files ??= _writer.CreatePacker(content)
            : _trees ??= _writer.CreatePacker(content);
        BlockLocation first = records[0].At;
        RecordSeal? seal = first.RecordLength == 0 ? null : Read(first, records[^1].At, cancellationToken);
        foreach (RecordBlocks record in records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            record.Sort();
            Copy(packer, record, seal is null ? default : _records.AsSpan((int)(record.At.RecordOffset - first.RecordOffset), record.At.RecordLength), seal, cancellationToken);
        }
    }

    /// <summary>What could not be had since the last call.</summary>
    public List<(MissingBlock Block, Exception Cause)> TakeUnreadable()
    {
        List<(MissingBlock, Exception)> taken = [.. _unreadable];
        _unreadable.Clear();
        return taken;
    }

    public void Dispose() => _decompressor.Dispose();

    private static T Wait<T>(ValueTask<T> task) => task.IsCompletedSuccessfully ? task.Result : task.AsTask().GetAwaiter().GetResult();

    /// <summary>Reads the records from one to another; null where that cannot be done: each block is then sought by itself.</summary>
    private RecordSeal? Read(BlockLocation first, BlockLocation last, CancellationToken cancellationToken)
    {
        int length = (int)(last.RecordOffset + last.RecordLength - first.RecordOffset);
        if (_records.Length < length)
        {
            _records = GC.AllocateUninitializedArray<byte>(length);
        }

        try
        {
            RecordSeal seal = Wait(_source.DataFiles.SealOfAsync(first.File, cancellationToken));
            return Wait(_source.RawStorage.ReadAsync(StoreNames.DataFile(first.File), first.RecordOffset, _records.AsMemory(0, length), cancellationToken)) == length ? seal : null;
        }
        catch (Exception e) when (e is ObjectNotFoundException or InvalidDataException or VtException { ErrorId: VtErrorId.StoreReadFailed })
        {
            return null;
        }
    }

    /// <summary>Copies blocks of one record: if they are all that it has, and as they should be, the record as it is; else one by one.</summary>
    private void Copy(BlockPacker packer, RecordBlocks wanted, Span<byte> record, RecordSeal? seal, CancellationToken cancellationToken)
    {
        _blocks.Clear();
        List<LocatedBlock> blocks = wanted.Blocks;
        RecordBody body = default;
        bool isOpen = seal is not null && TryOpen(seal, wanted.At, record, out body);
        if (isOpen && _passesRecords && AreAll(blocks) && (!_checksHashes || (TryDecompress(body) && HaveHashes(blocks))) && packer.TryAddRecord(body.Bytes, _blocks))
        {
            _meter.Copied(blocks.Sum(static block => block.Block.Length));
            return;
        }

        int plainLength = isOpen && TryDecompress(body) ? body.PlainLength : 0;
        foreach (LocatedBlock block in blocks)
        {
            Add(packer, block, plainLength, cancellationToken);
        }
    }

    private bool TryOpen(RecordSeal seal, BlockLocation at, Span<byte> record, out RecordBody body)
    {
        try
        {
            body = _source.DataFiles.OpenRecord(seal, at.RecordNumber, record, _passesRecords ? _blocks : null);
            return body.PlainLength == at.PlainLength;
        }
        catch (InvalidDataException)
        {
            body = default;
            return false;
        }
    }

    private bool TryDecompress(RecordBody body)
    {
        if (_plain.Length < body.PlainLength)
        {
            _plain = GC.AllocateUninitializedArray<byte>(Math.Max(body.PlainLength, DataFileFormat.CompanyLength));
        }

        try
        {
            _decompressor.Decompress(body.Codec, body.Payload, _plain.AsSpan(0, body.PlainLength));
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>Whether the blocks are all that the opened record has, in its order.</summary>
    private bool AreAll(List<LocatedBlock> blocks)
    {
        if (blocks.Count != _blocks.Count)
        {
            return false;
        }

        int offset = 0;
        for (int i = 0; i < blocks.Count; i++)
        {
            if (blocks[i].Offset != offset || !blocks[i].Block.Hash.Equals(_blocks[i].Hash))
            {
                return false;
            }

            offset += _blocks[i].Length;
        }

        return true;
    }

    private bool HaveHashes(List<LocatedBlock> blocks)
    {
        foreach (LocatedBlock block in blocks)
        {
            if (!Has(block.Block.Hash, _plain.AsSpan(block.Offset, block.Length)))
            {
                return false;
            }
        }

        return true;
    }

    private void Add(BlockPacker packer, LocatedBlock block, int plainLength, CancellationToken cancellationToken)
    {
        (VtHash hash, long length) = (block.Block.Hash, block.Block.Length);
        if ((long)block.Offset + block.Length <= plainLength && Has(hash, _plain.AsSpan(block.Offset, block.Length)))
        {
            packer.Add(hash, _plain.AsSpan(block.Offset, block.Length));
        }
        else if (Seek(block.Block, cancellationToken) is { } found)
        {
            packer.Add(hash, found.Span);
        }

        _meter.Copied(length);
    }

    private static bool Has(VtHash hash, ReadOnlySpan<byte> content)
    {
        Span<byte> actual = stackalloc byte[64];
        actual = actual[..hash.Length];
        BlockHasher.Compute(hash.Name, content, actual);
        return actual.SequenceEqual(hash.Span);
    }

    /// <summary>Reads a block from wherever the source has it, after a new look at the source if need be; null, and noted, where it cannot be had.</summary>
    private ReadOnlyMemory<byte>? Seek(MissingBlock block, CancellationToken cancellationToken)
    {
        try
        {
            return Wait(_source.Blocks.GetAsync(block.Hash, cancellationToken));
        }
        catch (VtException e)
        {
            if (!Wait(UnreadableBackupException.IsDamageAsync(_source, e, cancellationToken)))
            {
                throw;
            }

            _unreadable.Add((block, e));
            return null;
        }
    }
}
