using System.Buffers;
using System.Runtime.CompilerServices;
using VtPS.Engine.IO;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Protocol;

/// <summary>
/// The objects of a Store that a peer serves. Packing and sealing are done on this side; the peer sees the objects as they lie there. When the connection ends, every
/// call fails, for good: an operation ends and is run again. Safe for use by many threads.
/// </summary>
internal sealed class RemoteObjectStorage : IObjectStorage, IWholeObjects, IDistantStorage
{
    private const int RequestsAtOnce = 64;
    private const int ListPiece = 64 << 10;

    private readonly PeerConnection _connection;
    private volatile bool _disposed;
    private EarlyQuestions? _early;
    private Task<byte[]>? _earlyObject;
    private Task<List<ObjectInfo>>? _earlyListing;

    private RemoteObjectStorage(PeerConnection connection) => _connection = connection;

    /// <inheritdoc/>
    public string Location => _connection.Name;

    /// <inheritdoc/>
    public string? LockDomain { get; private set; }

    /// <inheritdoc/>
    public int Concurrency => RequestsAtOnce;

    /// <summary>What the peer lets this side do.</summary>
    public ExportRight Right => _connection.Peer.Right;

    /// <summary>What went over the connection so far.</summary>
    public PeerStatistics Statistics => _connection.Statistics;

    /// <summary>Opens a Store's objects at a peer.</summary>
    /// <param name="transport">The streams to the peer, which the result then owns.</param>
    /// <param name="store">The Store's path there; empty for the one that the peer serves.</param>
    /// <param name="forCreation">Whether the Store is to be made.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <param name="options">How this side behaves; null for the usual.</param>
    /// <param name="early">What is asked at once, and answered when it is first asked for.</param>
    /// <exception cref="VtException">PeerUnreachable, PeerTimeout, PeerProtocolMismatch, PeerRightDenied; those of opening a folder there.</exception>
    public static async Task<RemoteObjectStorage> ConnectAsync(
        IPeerTransport transport, string store, bool forCreation, CancellationToken cancellationToken, PeerOptions? options = null, EarlyQuestions? early = null)
    {
        PeerConnection connection = PeerConnection.Start(transport, options ?? new PeerOptions(), null);
        try
        {
            // Sent right behind this side's Hello: one round trip for both.
            Task<byte[]> opening = connection.CallAsync(PeerMethod.Open, new OpenRequest(PeerLevel.Objects, forCreation, store).ToBytes(), cancellationToken).AsTask();
            RemoteObjectStorage storage = new(connection);
            storage.Ask(early);
            string domain = ReadDomain(await opening.ConfigureAwait(false));
            storage.LockDomain = domain.Length == 0 ? null : domain;
            return storage;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IObjectUpload> BeginPutAsync(string name, string owner, CancellationToken cancellationToken)
    {
        BeginChange(name, cancellationToken);
        ObjectNames.CheckOwner(owner);
        return ValueTask.FromResult<IObjectUpload>(new RemoteUpload(_connection, name, owner));
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        OutgoingCall call = await _connection.BeginAsync(PeerMethod.Read, ObjectMessages.Read(name, offset, buffer.Length), false, cancellationToken).ConfigureAwait(false);
        await using (call.ConfigureAwait(false))
        {
            await call.AnswerAsync(cancellationToken).ConfigureAwait(false);
            return await call.ReadFullyAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> GetAsync(string name, int maximum, CancellationToken cancellationToken)
    {
        if (name == _early?.Object && maximum == _early.Maximum && Interlocked.Exchange(ref _earlyObject, null) is { } answer)
        {
            try
            {
                return await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectNotFoundException)
            {
                // It may have been put since.
            }
        }

        Begin(name, cancellationToken);
        OutgoingCall call = await _connection.BeginAsync(PeerMethod.Read, ObjectMessages.Read(name, 0, maximum), false, cancellationToken).ConfigureAwait(false);
        await using (call.ConfigureAwait(false))
        {
            long length = new ByteReader(await call.AnswerAsync(cancellationToken).ConfigureAwait(false)).ReadLength();
            if (length > maximum)
            {
                throw new InvalidDataException($"'{name}' in '{Location}' is {length} bytes long; {maximum} is the most that it can be.");
            }

            byte[] bytes = new byte[length];
            return await call.ReadFullyAsync(bytes, cancellationToken).ConfigureAwait(false) == length
                ? bytes
                : throw new InvalidDataException($"'{name}' in '{Location}' became shorter while it was read.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long?> GetLengthAsync(string name, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);
        byte[] answer = await _connection.CallAsync(PeerMethod.Length, ObjectMessages.Text(name), cancellationToken).ConfigureAwait(false);
        return answer.Length == 0 ? null : new ByteReader(answer).ReadLength();
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ObjectNames.CheckPrefix(prefix);
        return ListAsync(PeerMethod.List, ObjectMessages.Text(prefix), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<List<ObjectInfo>> ListInOrderAsync(IReadOnlyList<string> prefixes, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_early is not null && prefixes.SequenceEqual(_early.Prefixes) && Interlocked.Exchange(ref _earlyListing, null) is { } answer)
        {
            return await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        ByteWriter request = new();
        foreach (string prefix in prefixes)
        {
            ObjectNames.CheckPrefix(prefix);
            ObjectMessages.WriteText(request, prefix);
        }

        List<ObjectInfo> all = [];
        await foreach (ObjectInfo info in ListAsync(PeerMethod.List, request.WrittenMemory, cancellationToken).ConfigureAwait(false))
        {
            all.Add(info);
        }

        return all;
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken)
    {
        BeginChange(name, cancellationToken);
        await _connection.CallAsync(PeerMethod.Delete, ObjectMessages.Text(name), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable?> TryPutLockedAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        BeginChange(name, cancellationToken);
        OutgoingCall call = await _connection.BeginAsync(PeerMethod.PutLocked, ObjectMessages.Text(name), true, cancellationToken).ConfigureAwait(false);
        await using (call.ConfigureAwait(false))
        {
            await call.WriteAsync(bytes, true, cancellationToken).ConfigureAwait(false);
            byte[] answer = await call.AnswerAsync(cancellationToken).ConfigureAwait(false);
            return answer.Length == 0 ? null : new RemoteLock(_connection, answer);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool?> IsLockedAsync(string name, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);
        byte[] answer = await _connection.CallAsync(PeerMethod.IsLocked, ObjectMessages.Text(name), cancellationToken).ConfigureAwait(false);
        return answer.Length == 0 ? null : answer[0] != 0;
    }

    /// <inheritdoc/>
    public async ValueTask FlushNamesAsync(IReadOnlyCollection<string> folders, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (folders.Count == 0)
        {
            return;
        }

        ByteWriter writer = new();
        foreach (string folder in folders)
        {
            ObjectMessages.WriteText(writer, folder);
        }

        OutgoingCall call = await _connection.BeginAsync(PeerMethod.FlushNames, default, true, cancellationToken).ConfigureAwait(false);
        await using (call.ConfigureAwait(false))
        {
            await call.WriteAsync(writer.WrittenMemory, true, cancellationToken).ConfigureAwait(false);
            await call.AnswerAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<UnfinishedUpload>> ListUnfinishedAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        List<UnfinishedUpload> unfinished = [];
        await foreach (ObjectInfo info in ListAsync(PeerMethod.ListUnfinished, ObjectMessages.Text(string.Empty), cancellationToken).ConfigureAwait(false))
        {
            unfinished.Add(new UnfinishedUpload(info.Name, info.Length));
        }

        return unfinished;
    }

    /// <inheritdoc/>
    public async ValueTask SweepUnfinishedAsync(string owner, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ObjectNames.CheckOwner(owner);
        await _connection.CallAsync(PeerMethod.SweepUnfinished, ObjectMessages.Text(owner), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private async IAsyncEnumerable<ObjectInfo> ListAsync(PeerMethod method, ReadOnlyMemory<byte> request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        OutgoingCall call = await _connection.BeginAsync(method, request, false, cancellationToken).ConfigureAwait(false);
        byte[] piece = ArrayPool<byte>.Shared.Rent(ListPiece);
        try
        {
            await call.AnswerAsync(cancellationToken).ConfigureAwait(false);
            List<ObjectInfo> infos = [];
            int filled = 0;
            while (true)
            {
                int read = await call.ReadAsync(piece.AsMemory(filled), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                filled += read;
                int taken = ReadInfos(piece.AsSpan(0, filled), infos);
                piece.AsSpan(taken, filled - taken).CopyTo(piece);
                filled -= taken;
                foreach (ObjectInfo info in infos)
                {
                    yield return info;
                }

                infos.Clear();
            }

            if (filled > 0)
            {
                throw PeerFailures.Mismatch(Location, new InvalidDataException("a listing of it ends in the middle of a name"), null);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
            await call.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Ask(EarlyQuestions? early)
    {
        if (early is not null)
        {
            _earlyObject = GetAsync(early.Object, early.Maximum, CancellationToken.None).AsTask();
            _earlyListing = ListInOrderAsync(early.Prefixes, CancellationToken.None);
            _early = early;

            // Where they fail Open does, or whoever asks meets it; nobody need ask.
            _ = _earlyObject.ContinueWith(static task => task.Exception, TaskScheduler.Default);
            _ = _earlyListing.ContinueWith(static task => task.Exception, TaskScheduler.Default);
        }
    }

    private static string ReadDomain(ReadOnlySpan<byte> answer)
    {
        ByteReader reader = new(answer);
        return ObjectMessages.ReadText(ref reader);
    }

    private int ReadInfos(ReadOnlySpan<byte> bytes, List<ObjectInfo> infos)
    {
        try
        {
            return ObjectMessages.ReadInfos(bytes, infos);
        }
        catch (InvalidDataException e)
        {
            throw PeerFailures.Mismatch(Location, new InvalidDataException("a listing of it cannot be understood", e), null);
        }
    }

    private void Begin(string name, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        ObjectNames.Check(name);
    }

    private void BeginChange(string name, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);

        // Whoever lists after a change is to see what comes after it.
        _earlyListing = null;
    }
}
