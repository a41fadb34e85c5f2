using System.Collections.Concurrent;
using VtPS.Engine.Compression;
using VtPS.Engine.Hashing;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>
/// Reads blocks of a packed Store, with the last records kept decoded. A damaged place is passed over where another has the block;
/// where a file is gone, the Store is listed anew before the block is called missing. Safe for use by many threads.
/// </summary>
internal sealed class PackedBlockReader : IBlockReader, IDisposable
{
    private const int CacheLength = 24 << 20;

    private readonly IBlockIndex _index;
    private readonly DataFileReader _files;
    private readonly Func<CancellationToken, ValueTask> _refresh;
    private readonly ConcurrentBag<Decompressor> _decompressors = [];
    private readonly Dictionary<(DataFileId File, long Offset), LinkedListNode<Entry>> _cache = [];
    private readonly LinkedList<Entry> _recent = [];
    private readonly Lock _gate = new();
    private long _cached;

    public PackedBlockReader(VtHashName hashName, IBlockIndex index, DataFileReader files, Func<CancellationToken, ValueTask> refresh)
    {
        HashName = hashName;
        _index = index;
        _files = files;
        _refresh = refresh;
    }

    public VtHashName HashName { get; }

    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(VtHash hash, CancellationToken cancellationToken)
    {
        if (_index.TryFind(hash, out BlockLocation best))
        {
            try
            {
                return await ReadAsync(hash, best, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is InvalidDataException or ObjectNotFoundException or VtException { ErrorId: VtErrorId.CodecUnavailable })
            {
                // Another copy may be better.
            }
        }

        return await SearchAsync(hash, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        while (_decompressors.TryTake(out Decompressor? decompressor))
        {
            decompressor.Dispose();
        }
    }

    /// <summary>Reads a block from wherever it can be had, and looks at the Store again when a file is found gone.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> SearchAsync(VtHash hash, CancellationToken cancellationToken)
    {
        Exception? damage = null;
        HashSet<BlockLocation> tried = [];
        bool looked = false;
        while (true)
        {
            bool gone = false;
            bool isNew = false;
            foreach (BlockLocation location in Places(hash))
            {
                if (!tried.Add(location))
                {
                    continue;
                }

                isNew = true;
                try
                {
                    return await ReadAsync(hash, location, cancellationToken).ConfigureAwait(false);
                }
                catch (InvalidDataException e)
                {
                    damage ??= new VtException(VtErrorId.BlockDamaged, $"The block {hash} in data file {location.File} is damaged: {e.Message} Run Test-VtStore -Data to see what it touches; the next backup of a source that still has it stores it again.", hash, e);
                }
                catch (VtException e) when (e.ErrorId == VtErrorId.CodecUnavailable)
                {
                    damage ??= new VtException(e.ErrorId, $"The block {hash} in data file {location.File} cannot be read. {e.Message}", hash, e);
                }
                catch (ObjectNotFoundException)
                {
                    gone = true;
                }
            }

            // Looked for once more whenever a file was found gone: optimize runs may move a block several times while it is being read.
            if ((looked || tried.Count > 0) && !gone)
            {
                break;
            }

            if (looked && !isNew)
            {
                break;
            }

            await _refresh(cancellationToken).ConfigureAwait(false);
            looked = true;
        }

        throw damage ?? new VtException(VtErrorId.BlockNotFound, $"The block {hash} is not in the Store. Run Test-VtStore to see which backups need it; the next backup of a source that still has it stores it again.", hash);
    }

    /// <summary>Where a block is, the best place first. A file that was given up is as good to read from as any while it stands.</summary>
    private IEnumerable<BlockLocation> Places(VtHash hash)
    {
        if (_index.TryFind(hash, out BlockLocation first))
        {
            yield return first;
            foreach (BlockLocation other in _index.FindAll(hash))
            {
                yield return other;
            }
        }

        foreach (BlockLocation location in _index.FindGivenUp(hash))
        {
            yield return location;
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadAsync(VtHash hash, BlockLocation location, CancellationToken cancellationToken)
    {
        byte[] plain = await GetRecordAsync(location, cancellationToken).ConfigureAwait(false);
        if ((long)location.BlockOffset + location.BlockLength > plain.Length)
        {
            throw new InvalidDataException("The block lies beyond its record's end.");
        }

        ReadOnlyMemory<byte> block = plain.AsMemory(location.BlockOffset, location.BlockLength);
        Check(hash, block.Span);
        return block;
    }

    private static void Check(VtHash hash, ReadOnlySpan<byte> block)
    {
        Span<byte> actual = stackalloc byte[64];
        actual = actual[..hash.Length];
        BlockHasher.Compute(hash.Name, block, actual);
        if (!actual.SequenceEqual(hash.Span))
        {
            throw new InvalidDataException("Its content does not have its hash.");
        }
    }

    private async ValueTask<byte[]> GetRecordAsync(BlockLocation location, CancellationToken cancellationToken)
    {
        (DataFileId File, long RecordOffset) key = (location.File, location.RecordOffset);
        TaskCompletionSource<byte[]>? mine = null;
        Task<byte[]>? record = null;
        lock (_gate)
        {
            if (_cache.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
                record = node.Value.Record;
            }
            else
            {
                mine = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
                record = mine.Task;
                node = _recent.AddFirst(new Entry(key, record, location.PlainLength));
                _cache.Add(key, node);
                _cached += location.PlainLength;
                while (_cached > CacheLength && _recent.Last is { } last && last != node)
                {
                    Forget(last);
                }
            }
        }

        if (mine is null)
        {
            return await record.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!_decompressors.TryTake(out Decompressor? decompressor))
        {
            decompressor = new Decompressor();
        }

        try
        {
            byte[] plain = await _files.ReadRecordAsync(location, decompressor, cancellationToken).ConfigureAwait(false);
            mine.SetResult(plain);
            return plain;
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                if (_cache.TryGetValue(key, out LinkedListNode<Entry>? node) && node.Value.Record == mine.Task)
                {
                    Forget(node);
                }
            }

            // Others who wait for this record meet the same failure, but never this caller's cancellation.
            mine.SetException(e is OperationCanceledException ? new ObjectNotFoundException(location.File.ToString(), "cancelled", e) : e);
            _ = mine.Task.Exception;
            throw;
        }
        finally
        {
            _decompressors.Add(decompressor);
        }
    }

    private void Forget(LinkedListNode<Entry> node)
    {
        _recent.Remove(node);
        _cache.Remove(node.Value.Key);
        _cached -= node.Value.Length;
    }

    private sealed record Entry((DataFileId File, long Offset) Key, Task<byte[]> Record, int Length);
}
