using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.IO;
using VtPS.Engine.Protocol;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Serving;

/// <summary>Serves blocks to one client, as far as its right goes.</summary>
/// <param name="blocks">What is served; this then owns it.</param>
/// <param name="status">What the Store was like when it was opened.</param>
/// <param name="right">What the client may do.</param>
internal sealed class BlockServer(IBlockStore blocks, BlockStatus status, ExportRight right) : IStoreService
{
    private const int MaximumHashes = 4 << 20;
    private const int MaximumBlock = 8 << 20;

    private readonly ClientRights _rights = new(right);

    /// <inheritdoc/>
    public byte[] Greeting => status.ToBytes();

    /// <summary>Serves the blocks of a Store that this side has opened, which the result then owns.</summary>
    public static BlockServer Of(StoreSession session, ExportRight right) => new(new LocalBlocks(session, right != ExportRight.ReadOnly), BlockStatus.Of(session), right);

    /// <inheritdoc/>
    public Task HandleAsync(IncomingCall call) => call.Method switch
    {
        PeerMethod.Status => StatusAsync(call),
        PeerMethod.Contains => ContainsAsync(call),
        PeerMethod.GetBlock => GetBlockAsync(call),
        PeerMethod.PutBlock => PutBlockAsync(call),
        PeerMethod.Flush => FlushAsync(call),
        PeerMethod.Digests => DigestsAsync(call),
        PeerMethod.WindowHashes => WindowHashesAsync(call),
        PeerMethod.HashesAfter => HashesAfterAsync(call),
        PeerMethod.BackupsSince => BackupsSinceAsync(call),
        PeerMethod.PutBackup => PutBackupAsync(call),
        _ => Task.CompletedTask,
    };

    public ValueTask DisposeAsync() => blocks.DisposeAsync();

    private async Task StatusAsync(IncomingCall call) =>
        await call.AnswerAsync((await blocks.StatusAsync(call.Cancelled).ConfigureAwait(false)).ToBytes()).ConfigureAwait(false);

    private async Task ContainsAsync(IncomingCall call)
    {
        List<VtHash> hashes = BlockMessages.ReadHashes(await call.ReadAllAsync(MaximumHashes, call.Cancelled).ConfigureAwait(false), blocks.HashName);
        BlockPresence[] presence = await blocks.ContainsAsync(hashes, call.Cancelled).ConfigureAwait(false);
        await AnswerAsync(call, default, Array.ConvertAll(presence, static p => (byte)p)).ConfigureAwait(false);
    }

    private async Task GetBlockAsync(IncomingCall call)
    {
        List<VtHash> asked = BlockMessages.ReadHashes(call.Payload, blocks.HashName);
        ReadOnlyMemory<byte> block = asked.Count == 1
            ? await blocks.GetAsync(asked[0], call.Cancelled).ConfigureAwait(false)
            : throw new InvalidDataException("One block can be asked for at a time.");
        await AnswerAsync(call, ObjectMessages.Number((ulong)block.Length), block).ConfigureAwait(false);
    }

    private async Task PutBlockAsync(IncomingCall call)
    {
        _rights.RequireAppend("put a block");
        bool isTree = call.Payload is [0 or 1] ? call.Payload[0] == 1 : throw new InvalidDataException("There are blocks of content, 0, and of directories, 1.");
        byte[] block = await call.ReadAllAsync(MaximumBlock, call.Cancelled).ConfigureAwait(false);
        VtHash hash = await blocks.PutAsync(block, isTree, call.Cancelled).ConfigureAwait(false);
        await call.AnswerAsync(hash.Span.ToArray()).ConfigureAwait(false);
    }

    private async Task FlushAsync(IncomingCall call)
    {
        _rights.RequireAppend("flush");
        await blocks.FlushAsync(call.Cancelled).ConfigureAwait(false);
        await call.AnswerAsync(default).ConfigureAwait(false);
    }

    private async Task DigestsAsync(IncomingCall call)
    {
        (int depth, uint[] windows) = await ReadWindowsAsync(call, SortedHashes.MaximumDepth - 1).ConfigureAwait(false);
        ByteWriter writer = new(windows.Length * WindowDigest.Parts * 20);
        foreach (WindowDigest digest in await blocks.DigestsAsync(depth, windows, call.Cancelled).ConfigureAwait(false))
        {
            digest.Write(writer);
        }

        await AnswerAsync(call, default, writer.WrittenMemory).ConfigureAwait(false);
    }

    private async Task WindowHashesAsync(IncomingCall call)
    {
        (int depth, uint[] windows) = await ReadWindowsAsync(call, SortedHashes.MaximumDepth).ConfigureAwait(false);
        SortedHashes[] hashes = await blocks.WindowHashesAsync(depth, windows, call.Cancelled).ConfigureAwait(false);
        await call.AnswerAsync(default, withBody: true).ConfigureAwait(false);
        foreach (SortedHashes window in hashes)
        {
            await call.WriteAsync(ObjectMessages.Number((ulong)window.Count), false, call.Cancelled).ConfigureAwait(false);
            await call.WriteAsync(window.Bytes, false, call.Cancelled).ConfigureAwait(false);
        }

        await call.WriteAsync(default, true, call.Cancelled).ConfigureAwait(false);
    }

    private async Task HashesAfterAsync(IncomingCall call)
    {
        (VtHash? after, int most) = Parse(call.Payload, blocks.HashName);
        await AnswerAsync(call, default, (await blocks.HashesAfterAsync(after, most, call.Cancelled).ConfigureAwait(false)).Bytes).ConfigureAwait(false);

        static (VtHash? After, int Most) Parse(ReadOnlySpan<byte> payload, VtHashName name)
        {
            ByteReader reader = new(payload);
            List<VtHash> after = BlockMessages.ReadHashes(reader.ReadPrefixed(), name);
            return (after.Count > 1 ? throw new InvalidDataException("There is one hash at most to go on from.") : after.FirstOrDefault(), reader.ReadInt32());
        }
    }

    private async Task BackupsSinceAsync(IncomingCall call)
    {
        long milliseconds = new ByteReader(call.Payload).ReadLength();
        DateTime since = milliseconds <= (DateTime.MaxValue - DateTime.UnixEpoch).TotalMilliseconds ? DateTime.UnixEpoch.AddMilliseconds(milliseconds) : DateTime.MaxValue;
        (List<StoredBackup> backups, int damaged) = await blocks.BackupsSinceAsync(since, call.Cancelled).ConfigureAwait(false);
        await call.AnswerAsync(ObjectMessages.Number((ulong)damaged), withBody: true).ConfigureAwait(false);
        ByteWriter writer = new();
        foreach (StoredBackup backup in backups)
        {
            writer.Clear();
            writer.WritePrefixed(Encoding.ASCII.GetBytes(backup.Id));
            writer.WritePrefixed(backup.Record);
            await call.WriteAsync(writer.WrittenMemory, false, call.Cancelled).ConfigureAwait(false);
        }

        await call.WriteAsync(default, true, call.Cancelled).ConfigureAwait(false);
    }

    private async Task PutBackupAsync(IncomingCall call)
    {
        _rights.RequireAppend("put a backup");
        string id = Parse(call.Payload);
        byte[] record = await call.ReadAllAsync(BackupRecord.MaximumLength, call.Cancelled).ConfigureAwait(false);
        await blocks.PutBackupAsync(new StoredBackup(id, record), call.Cancelled).ConfigureAwait(false);
        await call.AnswerAsync(default).ConfigureAwait(false);

        static string Parse(ReadOnlySpan<byte> payload)
        {
            ByteReader reader = new(payload);
            return ObjectMessages.ReadText(ref reader);
        }
    }

    private static async Task AnswerAsync(IncomingCall call, ReadOnlyMemory<byte> answer, ReadOnlyMemory<byte> body)
    {
        await call.AnswerAsync(answer, withBody: true).ConfigureAwait(false);
        await call.WriteAsync(body, true, call.Cancelled).ConfigureAwait(false);
    }

    private static async Task<(int Depth, uint[] Windows)> ReadWindowsAsync(IncomingCall call, int maximumDepth) =>
        BlockMessages.ReadWindows(await call.ReadAllAsync(MaximumHashes, call.Cancelled).ConfigureAwait(false), maximumDepth);
}
