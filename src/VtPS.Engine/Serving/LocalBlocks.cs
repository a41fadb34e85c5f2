using System.Collections.Concurrent;
using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Serving;

/// <summary>
/// The blocks of a Store that this side has opened. From the first call that is about writing to the end it holds a lease, and keeps to a writer's protocol
/// (docs/durability.md). What was taken in and not flushed is made durable when this is disposed of.
/// </summary>
/// <param name="session">The Store, which this then owns.</param>
/// <param name="forWriting">Whether it may be written to: then whoever asks what is there, asks in order to leave that out, and the answer is given under the lease.</param>
internal sealed class LocalBlocks(StoreSession session, bool forWriting) : IBlockStore
{
    private const int MostHashes = 100_000;

    private readonly ConcurrentDictionary<DataFileContent, ConcurrentBag<BlockPacker>> _packers = new();
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly SemaphoreSlim _committing = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private StoreWriter? _writer;
    private SortedHashes? _hashes;

    public VtHashName HashName => session.Config.HashName;

    public Task<BlockStatus> StatusAsync(CancellationToken cancellationToken) => Task.FromResult(BlockStatus.Of(session));

    public async Task<BlockPresence[]> ContainsAsync(IReadOnlyList<VtHash> hashes, CancellationToken cancellationToken)
    {
        StoreWriter? writer = forWriting ? await WriterAsync(cancellationToken).ConfigureAwait(false) : null;
        BlockPresence[] presence = new BlockPresence[hashes.Count];
        for (int i = 0; i < presence.Length; i++)
        {
            bool has = writer?.Has(hashes[i]) ?? session.Index.Contains(hashes[i]);
            presence[i] = !has ? BlockPresence.None
                : session.Index.IsCompleteBelow(hashes[i]) ? BlockPresence.Present | BlockPresence.Complete
                : BlockPresence.Present;
        }

        return presence;
    }

    public async Task<ReadOnlyMemory<byte>> GetAsync(VtHash hash, CancellationToken cancellationToken) =>
        await session.Blocks.GetAsync(hash, cancellationToken).ConfigureAwait(false);

    public async Task<VtHash> PutAsync(ReadOnlyMemory<byte> block, bool isTree, CancellationToken cancellationToken)
    {
        StoreWriter writer = await WriterAsync(cancellationToken).ConfigureAwait(false);
        DataFileContent content = isTree ? DataFileContent.Trees : DataFileContent.Files;
        ConcurrentBag<BlockPacker> idle = _packers.GetOrAdd(content, static _ => []);
        if (!idle.TryTake(out BlockPacker? packer))
        {
            packer = writer.CreatePacker(content);
        }

        try
        {
            return packer.Add(block.Span);
        }
        finally
        {
            idle.Add(packer);
        }
    }

    public async Task FlushAsync(CancellationToken cancellationToken) =>
        await (await WriterAsync(cancellationToken).ConfigureAwait(false)).FlushAsync().ConfigureAwait(false);

    public async Task<WindowDigest[]> DigestsAsync(int depth, ReadOnlyMemory<uint> windows, CancellationToken cancellationToken)
    {
        SortedHashes hashes = await HashesAsync(depth == 0, cancellationToken).ConfigureAwait(false);
        WindowDigest[] digests = new WindowDigest[windows.Length * WindowDigest.Parts];
        for (int i = 0; i < digests.Length; i++)
        {
            digests[i] = WindowDigest.Of(hashes, depth + 1, (windows.Span[i / WindowDigest.Parts] * WindowDigest.Parts) + (uint)(i % WindowDigest.Parts));
        }

        return digests;
    }

    public async Task<SortedHashes[]> WindowHashesAsync(int depth, ReadOnlyMemory<uint> windows, CancellationToken cancellationToken)
    {
        SortedHashes hashes = await HashesAsync(false, cancellationToken).ConfigureAwait(false);
        return Array.ConvertAll(windows.ToArray(), window => hashes.Window(depth, window));
    }

    public async Task<SortedHashes> HashesAfterAsync(VtHash? after, int most, CancellationToken cancellationToken)
    {
        SortedHashes hashes = await HashesAsync(after is null, cancellationToken).ConfigureAwait(false);
        int start = after is null ? 0 : hashes.After(after.Span);
        return hashes.Slice(start, start + Math.Min(Math.Min(most, MostHashes), hashes.Count - start));
    }

    public async Task<(List<StoredBackup> Backups, int Damaged)> BackupsSinceAsync(DateTime since, CancellationToken cancellationToken)
    {
        // The records may stand on data files that are newer than the last look.
        await session.RefreshAsync(cancellationToken).ConfigureAwait(false);
        int damaged = 0;
        List<VtBackup> backups = await BackupCatalog.ReadAllAsync(session, _ => damaged++, cancellationToken).ConfigureAwait(false);
        DateTime from = since.ToUniversalTime();
        return ([.. backups.Where(backup => backup.StartTime.ToUniversalTime() >= from).Select(backup => new StoredBackup(backup.Id, BackupRecord.Write(backup)))], damaged);
    }

    /// <remarks>Steps 5 and 6 of a writer: everything durable, the record, a look at the lease; success only if it stood.</remarks>
    public async Task PutBackupAsync(StoredBackup backup, CancellationToken cancellationToken)
    {
        VtBackup parsed = StoreNames.TryParseNumbered(StoreNames.Backups, StoreNames.Backup(backup.Id), out _, out long number) && number == 0
            ? BackupRecord.Read(backup.Record, backup.Id, session.Info)
            : throw new InvalidDataException($"'{backup.Id}' cannot be the id of a backup.");
        StoreWriter writer = await WriterAsync(cancellationToken).ConfigureAwait(false);
        await _committing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await writer.FlushAsync().ConfigureAwait(false);
            bool isWhole = await TreePresence.HasBackupAsync(writer, parsed).ConfigureAwait(false);
            bool isNew = isWhole && await PutRecordAsync(writer, backup).ConfigureAwait(false);
            while (isWhole && !await writer.LeaseStandsAsync().ConfigureAwait(false))
            {
                await writer.RenewAsync().ConfigureAwait(false);
                isWhole = await TreePresence.HasBackupAsync(writer, parsed).ConfigureAwait(false);
            }

            if (!isWhole)
            {
                if (isNew)
                {
                    await session.Storage.DeleteAsync(StoreNames.Backup(backup.Id), CancellationToken.None).ConfigureAwait(false);
                }

                throw new VtException(VtErrorId.BlockNotFound, $"Backup {backup.Id} was not put: not all of its blocks are in '{session.Info.Path}'. Run the command again; what arrived stays.", backup.Id);
            }
        }
        finally
        {
            _committing.Release();
        }

        session.Index.MarkCompleteBelow([.. new[] { VtBlockReference.Parse(parsed.Root).Hash, parsed.SideCar?.Hash }.OfType<VtHash>()]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_writer is not null)
        {
            try
            {
                await _writer.FlushAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is VtException or IOException or OperationCanceledException)
            {
                // Nobody was told that any of it is there for good.
            }

            await _stop.CancelAsync().ConfigureAwait(false);
            await _writer.DisposeAsync().ConfigureAwait(false);
        }

        await session.DisposeAsync().ConfigureAwait(false);
        _opening.Dispose();
        _reading.Dispose();
        _committing.Dispose();
        _stop.Dispose();
    }

    /// <summary>The writer, under whose lease the Store was looked at.</summary>
    private async ValueTask<StoreWriter> WriterAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _writer ??= forWriting
                ? await StoreWriter.OpenAsync(session, "serve", _stop.Token).ConfigureAwait(false)
                : throw new InvalidOperationException("The blocks were opened to be read.");
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>The hashes as they were when a comparison began; anew means that one begins.</summary>
    private async ValueTask<SortedHashes> HashesAsync(bool anew, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (anew)
            {
                await session.RefreshAsync(cancellationToken).ConfigureAwait(false);
            }

            return _hashes = anew || _hashes is null ? await Task.Run(() => SortedHashes.Read(session.Index, HashName), cancellationToken).ConfigureAwait(false) : _hashes;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Puts a record.</summary>
    /// <returns>Whether it was not there before.</returns>
    private async Task<bool> PutRecordAsync(StoreWriter writer, StoredBackup backup)
    {
        string name = StoreNames.Backup(backup.Id);
        try
        {
            bool isThere = await session.Storage.GetLengthAsync(name, _stop.Token).ConfigureAwait(false) is not null;
            await writer.PutAsync(name, backup.Record).ConfigureAwait(false);
            return !isThere;
        }
        catch (ObjectExistsException e)
        {
            // In an encrypted Store the bytes differ though the record is the same.
            byte[] known = await session.Storage.GetAsync(name, BackupRecord.MaximumLength, _stop.Token).ConfigureAwait(false);
            return known.AsSpan().SequenceEqual(backup.Record)
                ? false
                : throw new VtException(VtErrorId.DestinationDiffers, $"Backup {backup.Id} was not put: '{session.Info.Path}' has another record of that id. Remove that one (Remove-VtBackup), then run this again.", backup.Id, e);
        }
    }
}
