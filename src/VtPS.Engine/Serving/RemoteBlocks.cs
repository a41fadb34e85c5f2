using VtPS.Engine.Backups;
using VtPS.Engine.IO;
using VtPS.Engine.Protocol;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Serving;

/// <summary>The blocks of a Store that a peer has opened and serves. Calls can be made many at a time; the peer takes some and the others wait. Safe for use by many threads.</summary>
internal sealed class RemoteBlocks : IAsyncDisposable
{
    private const int HashesAtOnce = 50_000;
    private const int MaximumBody = 1 << 30;

    private readonly PeerConnection _connection;

    private RemoteBlocks(PeerConnection connection, BlockStatus opened)
    {
        _connection = connection;
        Opened = opened;
    }

    /// <summary>What the peer said of its Store when it was opened.</summary>
    public BlockStatus Opened { get; }

    /// <summary>What the peer lets this side do.</summary>
    public ExportRight Right => _connection.Peer.Right;

    /// <summary>What went over the connection so far.</summary>
    public PeerStatistics Statistics => _connection.Statistics;

    private VtHashName HashName => Opened.HashName;

    /// <summary>Opens a Store's blocks at a peer.</summary>
    /// <param name="transport">The streams to the peer, which the result then owns.</param>
    /// <param name="store">The Store's path there; empty for the one that the peer serves.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="VtException">PeerUnreachable, PeerTimeout, PeerProtocolMismatch, PeerRightDenied; those of opening a Store there.</exception>
    public static async Task<RemoteBlocks> ConnectAsync(IPeerTransport transport, string store, CancellationToken cancellationToken)
    {
        PeerConnection connection = PeerConnection.Start(transport, new PeerOptions(), null);
        try
        {
            byte[] answer = await connection.CallAsync(PeerMethod.Open, new OpenRequest(PeerLevel.Blocks, false, store).ToBytes(), cancellationToken).ConfigureAwait(false);
            return new RemoteBlocks(connection, BlockStatus.Read(answer));
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What the peer's Store is like now.</summary>
    public async Task<BlockStatus> StatusAsync(CancellationToken cancellationToken) =>
        BlockStatus.Read(await _connection.CallAsync(PeerMethod.Status, default, cancellationToken).ConfigureAwait(false));

    /// <summary>Which blocks the peer has, and below which of them it has everything. Where this side may write, the answer holds until the connection ends.</summary>
    public async Task<BlockPresence[]> ContainsAsync(IReadOnlyList<VtHash> hashes, CancellationToken cancellationToken)
    {
        BlockPresence[] presence = new BlockPresence[hashes.Count];
        for (int from = 0; from < hashes.Count; from += HashesAtOnce)
        {
            List<VtHash> some = [.. hashes.Skip(from).Take(HashesAtOnce)];
            (_, byte[] flags) = await AskAsync(PeerMethod.Contains, default, BlockMessages.Hashes(some), cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < some.Count; i++)
            {
                presence[from + i] = (BlockPresence)flags[i];
            }
        }

        return presence;
    }

    /// <summary>Reads a block, and checks that it has its hash.</summary>
    /// <exception cref="VtException">BlockNotFound, BlockDamaged.</exception>
    public async Task<byte[]> GetAsync(VtHash hash, CancellationToken cancellationToken)
    {
        (_, byte[] block) = await AskAsync(PeerMethod.GetBlock, hash.Span.ToArray(), null, cancellationToken).ConfigureAwait(false);
        return Hashing.BlockHasher.Compute(HashName, block).Equals(hash)
            ? block
            : throw new VtException(VtErrorId.BlockDamaged, $"'{_connection.Name}' sent something else for the block {hash}. Run Test-VtStore -Data there.", hash);
    }

    /// <summary>Gives the peer a block. It is there for good only after <see cref="FlushAsync"/>.</summary>
    /// <returns>Its hash, as the peer computed it.</returns>
    public async Task<VtHash> PutAsync(ReadOnlyMemory<byte> block, bool isTree, CancellationToken cancellationToken)
    {
        OutgoingCall call = await _connection.BeginAsync(PeerMethod.PutBlock, new[] { isTree ? (byte)1 : (byte)0 }, true, cancellationToken).ConfigureAwait(false);
        await using (call.ConfigureAwait(false))
        {
            await call.WriteAsync(block, true, cancellationToken).ConfigureAwait(false);
            return new VtHash(HashName, await call.AnswerAsync(cancellationToken).ConfigureAwait(false));
        }
    }

    /// <summary>Makes everything durable that was put before this call.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken) =>
        await _connection.CallAsync(PeerMethod.Flush, default, cancellationToken).ConfigureAwait(false);

    /// <summary>The digests of the sixteen parts of each window; with depth 0 the peer looks at its hashes anew, for this and all that follow.</summary>
    public async Task<WindowDigest[]> DigestsAsync(int depth, ReadOnlyMemory<uint> windows, CancellationToken cancellationToken)
    {
        (_, byte[] body) = await AskAsync(PeerMethod.Digests, default, BlockMessages.Windows(depth, windows.Span), cancellationToken).ConfigureAwait(false);
        return Read(body, windows.Length * WindowDigest.Parts);

        static WindowDigest[] Read(ReadOnlySpan<byte> body, int count)
        {
            ByteReader reader = new(body);
            WindowDigest[] digests = new WindowDigest[count];
            for (int i = 0; i < count; i++)
            {
                digests[i] = WindowDigest.Read(ref reader);
            }

            return digests;
        }
    }

    /// <summary>The hashes in each window, sorted.</summary>
    public async Task<List<VtHash>[]> WindowHashesAsync(int depth, ReadOnlyMemory<uint> windows, CancellationToken cancellationToken)
    {
        (_, byte[] body) = await AskAsync(PeerMethod.WindowHashes, default, BlockMessages.Windows(depth, windows.Span), cancellationToken).ConfigureAwait(false);
        return Read(body, windows.Length, HashName);

        static List<VtHash>[] Read(ReadOnlySpan<byte> body, int count, VtHashName name)
        {
            ByteReader reader = new(body);
            List<VtHash>[] hashes = new List<VtHash>[count];
            for (int i = 0; i < count; i++)
            {
                hashes[i] = BlockMessages.ReadHashes(reader.ReadBytes(checked(reader.ReadInt32() * VtHashNames.Size(name))), name);
            }

            return hashes;
        }
    }

    /// <summary>Up to so many hashes after one in the order of their bytes; null for the first of all, with which the peer looks at its hashes anew.</summary>
    public async Task<List<VtHash>> HashesAfterAsync(VtHash? after, int most, CancellationToken cancellationToken)
    {
        ByteWriter writer = new();
        writer.WritePrefixed(after is null ? default : after.Span);
        writer.WriteVarUInt((ulong)most);
        (_, byte[] body) = await AskAsync(PeerMethod.HashesAfter, writer.Written.ToArray(), null, cancellationToken).ConfigureAwait(false);
        return BlockMessages.ReadHashes(body, HashName);
    }

    /// <summary>The records of the peer's backups that began at a moment or later, amendments applied, oldest first; and how many could not be read.</summary>
    public async Task<(List<VtBackup> Backups, int Damaged)> BackupsSinceAsync(DateTime since, VtStore store, CancellationToken cancellationToken)
    {
        long milliseconds = Math.Max(0, (long)(since.ToUniversalTime() - DateTime.UnixEpoch).TotalMilliseconds);
        (byte[] answer, byte[] body) = await AskAsync(PeerMethod.BackupsSince, ObjectMessages.Number((ulong)milliseconds), null, cancellationToken).ConfigureAwait(false);
        return (Read(body, store), new ByteReader(answer).ReadInt32());

        static List<VtBackup> Read(ReadOnlySpan<byte> body, VtStore store)
        {
            List<VtBackup> backups = [];
            ByteReader reader = new(body);
            while (!reader.IsEmpty)
            {
                string id = ObjectMessages.ReadText(ref reader);
                backups.Add(BackupRecord.Read(reader.ReadPrefixed().ToArray(), id, store));
            }

            return backups;
        }
    }

    /// <summary>Puts a backup's record, once everything that it stands on is there: the peer makes that durable and looks it all up. When the task ends, the backup is there for good.</summary>
    /// <exception cref="VtException">BlockNotFound: not everything is there.</exception>
    public async Task PutBackupAsync(VtBackup backup, CancellationToken cancellationToken) =>
        await AskAsync(PeerMethod.PutBackup, ObjectMessages.Text(backup.Id), BackupRecord.Write(backup), cancellationToken).ConfigureAwait(false);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<(byte[] Answer, byte[] Body)> AskAsync(PeerMethod method, byte[]? request, byte[]? body, CancellationToken cancellationToken)
    {
        OutgoingCall call = await _connection.BeginAsync(method, request, body is not null, cancellationToken).ConfigureAwait(false);
        await using (call.ConfigureAwait(false))
        {
            if (body is not null)
            {
                await call.WriteAsync(body, true, cancellationToken).ConfigureAwait(false);
            }

            byte[] answer = await call.AnswerAsync(cancellationToken).ConfigureAwait(false);
            return (answer, await call.ReadAllAsync(MaximumBody, cancellationToken).ConfigureAwait(false));
        }
    }
}
