using System.Collections.Concurrent;
using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.IO;
using VtPS.Engine.Protocol;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Serving;

/// <summary>
/// Serves the blocks of a Store that this side has opened, and so can read, to one client. It takes a lease for the client with the first call that is about writing,
/// and keeps to the writer's protocol for it. What arrived before a connection was cut is kept.
/// </summary>
internal sealed class BlockServer(StoreSession session, ExportRight right) : IStoreService
{
    private const int MaximumHashes = 4 << 20;
    private const int MaximumBlock = 8 << 20;

    private readonly ClientRights _rights = new(right);
    private readonly ConcurrentDictionary<DataFileContent, ConcurrentBag<BlockPacker>> _packers = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private StoreWriter? _writer;
    private SortedHashes? _hashes;

    public byte[] Greeting => BlockStatus.Of(session).ToBytes();

    private VtHashName HashName => session.Config.HashName;

    public async Task HandleAsync(IncomingCall call)
    {
        switch (call.Method)
        {
            case PeerMethod.Status:
                await call.AnswerAsync(Greeting).ConfigureAwait(false);
                break;
            case PeerMethod.Contains:
                await ContainsAsync(call).ConfigureAwait(false);
                break;
            case PeerMethod.GetBlock:
                ReadOnlyMemory<byte> block = await session.Blocks.GetAsync(BlockMessages.ReadHashes(call.Payload, HashName).Single(), call.Cancelled).ConfigureAwait(false);
                await call.AnswerAsync(ObjectMessages.Number((ulong)block.Length), withBody: true).ConfigureAwait(false);
                await call.WriteAsync(block, true, call.Cancelled).ConfigureAwait(false);
                break;
            case PeerMethod.PutBlock:
                await PutBlockAsync(call).ConfigureAwait(false);
                break;
            case PeerMethod.Flush:
                await (await WriterAsync(call.Cancelled).ConfigureAwait(false)).FlushAsync().ConfigureAwait(false);
                await call.AnswerAsync(default).ConfigureAwait(false);
                break;
            case PeerMethod.Digests:
                await DigestsAsync(call).ConfigureAwait(false);
                break;
            case PeerMethod.WindowHashes:
                await WindowHashesAsync(call).ConfigureAwait(false);
                break;
            case PeerMethod.HashesAfter:
                await HashesAfterAsync(call).ConfigureAwait(false);
                break;
            case PeerMethod.BackupsSince:
                await BackupsSinceAsync(call).ConfigureAwait(false);
                break;
            case PeerMethod.PutBackup:
                await PutBackupAsync(call).ConfigureAwait(false);
                break;
        }
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
                // The client was not told that any of it is there.
            }

            await _stop.CancelAsync().ConfigureAwait(false);
            await _writer.DisposeAsync().ConfigureAwait(false);
        }

        await session.DisposeAsync().ConfigureAwait(false);
        _gate.Dispose();
        _stop.Dispose();
    }

    /// <summary>The writer, under whose lease the Store was looked at.</summary>
    private async ValueTask<StoreWriter> WriterAsync(CancellationToken cancellationToken)
    {
        _rights.RequireAppend("write");
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _writer ??= await StoreWriter.OpenAsync(session, "serve", _stop.Token).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task ContainsAsync(IncomingCall call)
    {
        List<VtHash> hashes = BlockMessages.ReadHashes(await call.ReadAllAsync(MaximumHashes, call.Cancelled).ConfigureAwait(false), HashName);

        // Who may write asks in order to leave out what is there: that holds only under a lease.
        StoreWriter? writer = right == ExportRight.ReadOnly ? null : await WriterAsync(call.Cancelled).ConfigureAwait(false);
        byte[] answer = new byte[hashes.Count];
        for (int i = 0; i < answer.Length; i++)
        {
            bool has = writer?.Has(hashes[i]) ?? session.Index.Contains(hashes[i]);
            answer[i] = (byte)(!has ? 0 : session.Index.IsCompleteBelow(hashes[i]) ? 3 : 1);
        }

        await call.AnswerAsync(default, withBody: true).ConfigureAwait(false);
        await call.WriteAsync(answer, true, call.Cancelled).ConfigureAwait(false);
    }

    private async Task PutBlockAsync(IncomingCall call)
    {
        StoreWriter writer = await WriterAsync(call.Cancelled).ConfigureAwait(false);
        DataFileContent content = call.Payload is [1] ? DataFileContent.Trees : DataFileContent.Files;
        byte[] block = await call.ReadAllAsync(MaximumBlock, call.Cancelled).ConfigureAwait(false);
        ConcurrentBag<BlockPacker> idle = _packers.GetOrAdd(content, static _ => []);
        if (!idle.TryTake(out BlockPacker? packer))
        {
            packer = writer.CreatePacker(content);
        }

        VtHash hash;
        try
        {
            hash = packer.Add(block);
        }
        finally
        {
            idle.Add(packer);
        }

        await call.AnswerAsync(hash.Span.ToArray()).ConfigureAwait(false);
    }

    /// <summary>The hashes as they were when a comparison began: with a call that says so they are read anew.</summary>
    private async ValueTask<SortedHashes> HashesAsync(bool anew, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _hashes = anew || _hashes is null ? await Task.Run(() => SortedHashes.Read(session.Index, HashName), cancellationToken).ConfigureAwait(false) : _hashes;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task DigestsAsync(IncomingCall call)
    {
        (int depth, List<uint> windows) = BlockMessages.ReadWindows(await call.ReadAllAsync(MaximumHashes, call.Cancelled).ConfigureAwait(false), SortedHashes.MaximumDepth - 1);
        SortedHashes hashes = await HashesAsync(depth == 0, call.Cancelled).ConfigureAwait(false);
        ByteWriter writer = new(windows.Count * 16 * 20);
        foreach (uint window in windows)
        {
            WindowDigest.Write(writer, hashes, depth, window);
        }

        await call.AnswerAsync(default, withBody: true).ConfigureAwait(false);
        await call.WriteAsync(writer.WrittenMemory, true, call.Cancelled).ConfigureAwait(false);
    }

    private async Task WindowHashesAsync(IncomingCall call)
    {
        (int depth, List<uint> windows) = BlockMessages.ReadWindows(await call.ReadAllAsync(MaximumHashes, call.Cancelled).ConfigureAwait(false), SortedHashes.MaximumDepth);
        SortedHashes hashes = await HashesAsync(false, call.Cancelled).ConfigureAwait(false);
        await call.AnswerAsync(default, withBody: true).ConfigureAwait(false);
        ByteWriter writer = new();
        foreach (uint window in windows)
        {
            (int start, int end) = hashes.Find(depth, window);
            writer.Clear();
            writer.WriteVarUInt((ulong)(end - start));
            writer.WriteBytes(hashes.Bytes(start, end));
            await call.WriteAsync(writer.WrittenMemory, false, call.Cancelled).ConfigureAwait(false);
        }

        await call.WriteAsync(default, true, call.Cancelled).ConfigureAwait(false);
    }

    private async Task HashesAfterAsync(IncomingCall call)
    {
        (byte[] after, int most) = Parse(call.Payload);
        SortedHashes hashes = await HashesAsync(after.Length == 0, call.Cancelled).ConfigureAwait(false);
        int start = after.Length == 0 ? 0 : hashes.After(after);
        await call.AnswerAsync(default, withBody: true).ConfigureAwait(false);
        await call.WriteAsync(hashes.Bytes(start, start + Math.Min(most, hashes.Count - start)).ToArray(), true, call.Cancelled).ConfigureAwait(false);

        static (byte[] After, int Most) Parse(ReadOnlySpan<byte> payload)
        {
            ByteReader reader = new(payload);
            return (reader.ReadPrefixed().ToArray(), Math.Min(reader.ReadInt32(), 100_000));
        }
    }

    private async Task BackupsSinceAsync(IncomingCall call)
    {
        DateTime since = DateTime.UnixEpoch.AddMilliseconds(new ByteReader(call.Payload).ReadLength());
        await session.RefreshAsync(call.Cancelled).ConfigureAwait(false);
        List<VtException> damaged = [];
        List<VtBackup> backups = await BackupCatalog.ReadAllAsync(session, damaged.Add, call.Cancelled).ConfigureAwait(false);
        await call.AnswerAsync(ObjectMessages.Number((ulong)damaged.Count), withBody: true).ConfigureAwait(false);
        ByteWriter writer = new();
        foreach (VtBackup backup in backups)
        {
            if (backup.StartTime.ToUniversalTime() >= since)
            {
                writer.Clear();
                writer.WritePrefixed(Encoding.ASCII.GetBytes(backup.Id));
                writer.WritePrefixed(BackupRecord.Write(backup));
                await call.WriteAsync(writer.WrittenMemory, false, call.Cancelled).ConfigureAwait(false);
            }
        }

        await call.WriteAsync(default, true, call.Cancelled).ConfigureAwait(false);
    }

    /// <summary>Steps 5 and 6 of a writer: everything durable, the backup, a look at the lease; success only if it stood.</summary>
    private async Task PutBackupAsync(IncomingCall call)
    {
        StoreWriter writer = await WriterAsync(call.Cancelled).ConfigureAwait(false);
        string id = Parse(call.Payload);
        byte[] bytes = await call.ReadAllAsync(BackupRecord.MaximumLength, call.Cancelled).ConfigureAwait(false);
        VtBackup backup = BackupRecord.Read(bytes, id, session.Info);
        await _gate.WaitAsync(call.Cancelled).ConfigureAwait(false);
        try
        {
            await writer.FlushAsync().ConfigureAwait(false);
            await RequireAllAsync(backup, writer).ConfigureAwait(false);
            await writer.PutAsync(StoreNames.Backup(id), bytes).ConfigureAwait(false);
            while (!await writer.LeaseStandsAsync().ConfigureAwait(false))
            {
                await writer.RenewAsync().ConfigureAwait(false);
                await UpholdAsync(backup, writer).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }

        session.Index.MarkCompleteBelow([.. new[] { VtBlockReference.Parse(backup.Root).Hash, backup.SideCar?.Hash }.OfType<VtHash>()]);
        await call.AnswerAsync(default).ConfigureAwait(false);

        static string Parse(ReadOnlySpan<byte> payload)
        {
            ByteReader reader = new(payload);
            return ObjectMessages.ReadText(ref reader);
        }
    }

    /// <summary>After a burial: the backup stays if everything it stands on is there under the new lease; else it is withdrawn.</summary>
    private async Task UpholdAsync(VtBackup backup, StoreWriter writer)
    {
        try
        {
            await RequireAllAsync(backup, writer).ConfigureAwait(false);
        }
        catch
        {
            await session.Storage.DeleteAsync(StoreNames.Backup(backup.Id), CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private async Task RequireAllAsync(VtBackup backup, StoreWriter writer)
    {
        TreePresence presence = new(session, writer.Has);
        if (!await presence.HasAllAsync(VtBlockReference.Parse(backup.Root), isDirectory: true).ConfigureAwait(false)
            || (backup.SideCar is not null && !await presence.HasSideCarAsync(backup.SideCar).ConfigureAwait(false)))
        {
            throw new VtException(VtErrorId.BlockNotFound, $"Backup {backup.Id} was not put: not all of its blocks are in the Store. Run the command again; what arrived stays.", backup.Id);
        }
    }
}
