using System.Text;
using VtPS.Engine.Hashing;
using VtPS.Engine.IO;
using VtPS.Engine.Protocol;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Serving;

/// <summary>
/// The blocks of a Store that a peer has opened and serves. Calls can be made many at a time; the peer takes some and the others wait. When the connection ends, every
/// call fails, for good: an operation ends and is run again.
/// </summary>
internal sealed class RemoteBlocks : IBlockStore
{
    private const int HashesAtOnce = 50_000;
    private const int MaximumBody = 1 << 30;

    private readonly PeerConnection _connection;

    private RemoteBlocks(PeerConnection connection, BlockStatus opened)
    {
        _connection = connection;
        Opened = opened;
    }

    private delegate T BodyReader<T>(ReadOnlyMemory<byte> body);

    /// <summary>What the peer said of its Store when it was opened.</summary>
    public BlockStatus Opened { get; }

    /// <inheritdoc/>
    public VtHashName HashName => Opened.HashName;

    /// <summary>What the peer lets this side do.</summary>
    public ExportRight Right => _connection.Peer.Right;

    /// <summary>What went over the connection so far.</summary>
    public PeerStatistics Statistics => _connection.Statistics;

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
            return new RemoteBlocks(connection, Read(connection, answer, static bytes => BlockStatus.Read(bytes.Span)));
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<BlockStatus> StatusAsync(CancellationToken cancellationToken) =>
        Read(_connection, await _connection.CallAsync(PeerMethod.Status, default, cancellationToken).ConfigureAwait(false), static bytes => BlockStatus.Read(bytes.Span));

    /// <inheritdoc/>
    public async Task<BlockPresence[]> ContainsAsync(IReadOnlyList<VtHash> hashes, CancellationToken cancellationToken)
    {
        BlockPresence[] presence = new BlockPresence[hashes.Count];
        for (int from = 0; from < hashes.Count; from += HashesAtOnce)
        {
            List<VtHash> some = [.. hashes.Skip(from).Take(HashesAtOnce)];
            (_, byte[] flags) = await AskAsync(PeerMethod.Contains, default, BlockMessages.Hashes(some), cancellationToken).ConfigureAwait(false);
            Require(flags.Length == some.Count, "it answers for another number of blocks than it was asked for");
            for (int i = 0; i < flags.Length; i++)
            {
                presence[from + i] = (BlockPresence)flags[i];
            }
        }

        return presence;
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> GetAsync(VtHash hash, CancellationToken cancellationToken)
    {
        (_, byte[] block) = await AskAsync(PeerMethod.GetBlock, hash.Span.ToArray(), null, cancellationToken).ConfigureAwait(false);
        return BlockHasher.Compute(HashName, block).Equals(hash)
            ? block
            : throw new VtException(VtErrorId.BlockDamaged, $"'{_connection.Name}' sent something else for the block {hash}. Run Test-VtStore -Data there.", hash);
    }

    /// <inheritdoc/>
    public async Task<VtHash> PutAsync(ReadOnlyMemory<byte> block, bool isTree, CancellationToken cancellationToken)
    {
        OutgoingCall call = await _connection.BeginAsync(PeerMethod.PutBlock, new[] { isTree ? (byte)1 : (byte)0 }, true, cancellationToken).ConfigureAwait(false);
        await using (call.ConfigureAwait(false))
        {
            await call.WriteAsync(block, true, cancellationToken).ConfigureAwait(false);
            byte[] hash = await call.AnswerAsync(cancellationToken).ConfigureAwait(false);
            Require(hash.Length == VtHashNames.Size(HashName), "what it names a block by is no hash");
            return new VtHash(HashName, hash);
        }
    }

    /// <inheritdoc/>
    public async Task FlushAsync(CancellationToken cancellationToken) =>
        await _connection.CallAsync(PeerMethod.Flush, default, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<WindowDigest[]> DigestsAsync(int depth, ReadOnlyMemory<uint> windows, CancellationToken cancellationToken)
    {
        (_, byte[] body) = await AskAsync(PeerMethod.Digests, default, BlockMessages.Windows(depth, windows.Span), cancellationToken).ConfigureAwait(false);
        return Read(_connection, body, bytes =>
        {
            ByteReader reader = new(bytes.Span);
            WindowDigest[] digests = new WindowDigest[windows.Length * WindowDigest.Parts];
            for (int i = 0; i < digests.Length; i++)
            {
                digests[i] = WindowDigest.Read(ref reader);
            }

            return digests;
        });
    }

    /// <inheritdoc/>
    public async Task<SortedHashes[]> WindowHashesAsync(int depth, ReadOnlyMemory<uint> windows, CancellationToken cancellationToken)
    {
        (_, byte[] body) = await AskAsync(PeerMethod.WindowHashes, default, BlockMessages.Windows(depth, windows.Span), cancellationToken).ConfigureAwait(false);
        return Read(_connection, body, bytes =>
        {
            ByteReader reader = new(bytes.Span);
            SortedHashes[] hashes = new SortedHashes[windows.Length];
            for (int i = 0; i < hashes.Length; i++)
            {
                long length = reader.ReadInt32() * (long)VtHashNames.Size(HashName);
                int start = bytes.Length - reader.Rest.Length;
                reader.ReadBytes((int)Math.Min(length, int.MaxValue));
                hashes[i] = SortedHashes.Parse(HashName, bytes.Slice(start, (int)length));
            }

            return hashes;
        });
    }

    /// <inheritdoc/>
    public async Task<SortedHashes> HashesAfterAsync(VtHash? after, int most, CancellationToken cancellationToken)
    {
        ByteWriter writer = new();
        writer.WritePrefixed(after is null ? default : after.Span);
        writer.WriteVarUInt((ulong)most);
        (_, byte[] body) = await AskAsync(PeerMethod.HashesAfter, writer.Written.ToArray(), null, cancellationToken).ConfigureAwait(false);
        return Read(_connection, body, bytes => SortedHashes.Parse(HashName, bytes));
    }

    /// <inheritdoc/>
    public async Task<(List<StoredBackup> Backups, int Damaged)> BackupsSinceAsync(DateTime since, CancellationToken cancellationToken)
    {
        long milliseconds = Math.Max(0, (long)(since.ToUniversalTime() - DateTime.UnixEpoch).TotalMilliseconds);
        (byte[] answer, byte[] body) = await AskAsync(PeerMethod.BackupsSince, ObjectMessages.Number((ulong)milliseconds), null, cancellationToken).ConfigureAwait(false);
        return Read(_connection, body, bytes =>
        {
            List<StoredBackup> backups = [];
            ByteReader reader = new(bytes.Span);
            while (!reader.IsEmpty)
            {
                backups.Add(new StoredBackup(ObjectMessages.ReadText(ref reader), reader.ReadPrefixed().ToArray()));
            }

            return (backups, new ByteReader(answer).ReadInt32());
        });
    }

    /// <inheritdoc/>
    public async Task PutBackupAsync(StoredBackup backup, CancellationToken cancellationToken) =>
        await AskAsync(PeerMethod.PutBackup, ObjectMessages.Text(backup.Id), backup.Record, cancellationToken).ConfigureAwait(false);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>Reads what the peer sent; what cannot be understood is the peer's fault.</summary>
    private static T Read<T>(PeerConnection connection, ReadOnlyMemory<byte> body, BodyReader<T> read)
    {
        try
        {
            return read(body);
        }
        catch (InvalidDataException e)
        {
            throw PeerFailures.Mismatch(connection.Name, new InvalidDataException("an answer of it cannot be understood", e), null);
        }
    }

    private void Require(bool holds, string fault)
    {
        if (!holds)
        {
            throw PeerFailures.Mismatch(_connection.Name, new InvalidDataException(fault), null);
        }
    }

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
