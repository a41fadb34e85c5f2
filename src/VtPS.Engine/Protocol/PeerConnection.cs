using System.Buffers.Binary;

namespace VtPS.Engine.Protocol;

/// <summary>
/// One connection to a peer: calls both ways over one pair of streams, several at a time, each with bodies that wait for credit (docs/protocol.md).
/// What ends it ends every call with <see cref="VtErrorId.PeerUnreachable"/>, <see cref="VtErrorId.PeerTimeout"/> or <see cref="VtErrorId.PeerProtocolMismatch"/>.
/// Safe for use by many threads.
/// </summary>
internal sealed partial class PeerConnection : IAsyncDisposable
{
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(2);

    // Reading from a terminal or pipe cannot be ended from this side everywhere; it hurts nobody.
    private static readonly TimeSpan ReadingTime = TimeSpan.FromMilliseconds(250);

    private readonly IPeerTransport _transport;
    private readonly IPeerHandler? _handler;
    private readonly FrameWriter _writer;
    private readonly PeerCalls _calls;
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource<Hello> _hello = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Task _reading = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;
    private VtException? _failure;
    private bool _peerSaidBye;
    private int _heard = 1;
    private long _framesReceived;
    private long _bytesReceived;

    private PeerConnection(IPeerTransport transport, PeerOptions options, IPeerHandler? handler)
    {
        _transport = transport;
        _handler = handler;
        Options = options;
        _writer = new FrameWriter(transport.Output, options.Hello.MaximumPayload);
        _calls = new PeerCalls(options.IsInitiator);
    }

    /// <summary>What the peer is called, for messages.</summary>
    public string Name => _transport.Name;

    public PeerOptions Options { get; }

    /// <summary>What the peer said of itself; until it did, the least that every peer must do.</summary>
    public Hello Peer => _hello.Task.IsCompletedSuccessfully ? _hello.Task.Result : PeerCalls.Least;

    public PeerStatistics Statistics => new(
        _writer.Frames, Interlocked.Read(ref _framesReceived), _writer.Bytes, Interlocked.Read(ref _bytesReceived), _calls.Made, _calls.Depth);

    /// <summary>Begins to speak with a peer.</summary>
    /// <param name="transport">The streams, which the connection then owns.</param>
    /// <param name="options">How this side behaves.</param>
    /// <param name="handler">Answers the peer's calls; null for a side that answers none.</param>
    public static PeerConnection Start(IPeerTransport transport, PeerOptions options, IPeerHandler? handler)
    {
        PeerConnection connection = new(transport, options, handler);

        // Whoever writes next waits its turn: this is the first frame in any case.
        Task greeting = connection._writer.WriteAsync(new FrameHeader(0, FrameType.Hello, 0, 0, 0), options.Hello.ToBytes()).AsTask();
        connection._reading = Task.Run(() => connection.ReadAllAsync(greeting));
        connection._watching = Task.Run(connection.WatchAsync);
        return connection;
    }

    /// <summary>What the peer says of itself, once it did.</summary>
    /// <exception cref="VtException">PeerUnreachable, PeerTimeout, PeerProtocolMismatch.</exception>
    public async Task<Hello> HelloAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _hello.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (VtException e)
        {
            throw Again(e);
        }
    }

    /// <summary>Makes a call that has no bodies.</summary>
    /// <returns>The answer's payload.</returns>
    public async ValueTask<byte[]> CallAsync(PeerMethod method, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        OutgoingCall call = await BeginAsync(method, request, false, cancellationToken).ConfigureAwait(false);
        await using (call.ConfigureAwait(false))
        {
            return await call.AnswerAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Begins a call. The caller disposes of it.</summary>
    /// <param name="method">What is asked for.</param>
    /// <param name="request">The request's payload, at most as long as the peer accepts.</param>
    /// <param name="withBody">Whether a body follows, by <see cref="PeerCall.WriteAsync"/>.</param>
    /// <param name="cancellationToken">Ends the wait for the peer to take one more call.</param>
    /// <param name="onProgress">Gets what the peer tells of its progress, one after the other, and must be quick; null where nobody wants to know.</param>
    public async ValueTask<OutgoingCall> BeginAsync(PeerMethod method, ReadOnlyMemory<byte> request, bool withBody, CancellationToken cancellationToken, Action<byte[]>? onProgress = null)
    {
        if (withBody)
        {
            await HelloAsync(cancellationToken).ConfigureAwait(false);
        }

        if (request.Length > Peer.MaximumPayload)
        {
            throw new VtException(VtErrorId.PeerProtocolMismatch, $"A request to {Name} is {request.Length} bytes long, and it accepts {Peer.MaximumPayload}. Use the same version of VtPS on both sides.", Name);
        }

        await _calls.TakePlaceAsync(cancellationToken, _ended.Token, () => Failure()).ConfigureAwait(false);
        OutgoingCall call = new(this, onProgress);
        bool sent = false;
        try
        {
            byte flags = (byte)((withBody ? 0 : FrameHeader.Last) | (onProgress is null ? 0 : FrameHeader.Progress));
            await GuardAsync(_writer.WriteAsync(new FrameHeader(0, FrameType.Request, flags, (ushort)method, 0), request, () => _calls.Add(call))).ConfigureAwait(false);
            sent = true;
        }
        finally
        {
            if (!sent)
            {
                End(call);
            }
        }

        if (withBody)
        {
            call.StartCredit(Peer.Window);
        }

        return call;
    }

    /// <summary>Waits until the connection has ended and every handler has come to its end: what the peer asked for does not go on after that.</summary>
    /// <returns>Null where the peer took its leave; else what ended it.</returns>
    public async Task<VtException?> WaitForEndAsync()
    {
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _calls.WaitForHandlersAsync().ConfigureAwait(false);
        return _peerSaidBye ? null : _failure;
    }

    /// <summary>Takes leave and ends the connection: calls under way fail, handlers are cancelled and waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(null).ConfigureAwait(false);
        _writer.Dispose();
    }

    /// <summary>Takes leave, with the reason if there is one.</summary>
    public async Task EndAsync(VtException? reason)
    {
        if (!_ended.IsCancellationRequested)
        {
            Task bye = _writer.WriteAsync(new FrameHeader(0, FrameType.Bye, 0, 0, 0), reason is null ? default : PeerError.From(reason).ToBytes()).AsTask();
            await Task.WhenAny(bye, Task.Delay(GoodbyeTime)).ConfigureAwait(false);
            await bye.WaitAsync(TimeSpan.Zero).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Abort(reason ?? new VtException(VtErrorId.PeerUnreachable, $"The connection to {Name} was ended from this side. Run the command again.", Name));
        }

        await _transport.DisposeAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAny(_reading, Task.Delay(ReadingTime)).ConfigureAwait(false);
        await _calls.WaitForHandlersAsync().ConfigureAwait(false);
    }

    /// <summary>An error that many may meet, for one of them to throw.</summary>
    internal static Exception Again(Exception failure) =>
        failure is VtException e ? new VtException(e.ErrorId, e.Message, e.Target, e) : failure;

    internal ValueTask SendAsync(FrameType type, byte flags, ushort method, uint tag, ReadOnlyMemory<byte> payload) =>
        GuardAsync(_writer.WriteAsync(new FrameHeader(0, type, flags, method, tag), payload));

    internal ValueTask SendCreditAsync(uint tag, int bytes)
    {
        byte[] payload = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(payload, bytes);
        return SendAsync(FrameType.Credit, 0, 0, tag, payload);
    }

    internal void NoteDepth(OutgoingCall call) => _calls.NoteDepth(call);

    /// <summary>Takes a call of the peer off the list, if it is still there.</summary>
    internal void Finish(IncomingCall call) => _calls.Finish(call);

    /// <summary>Tells the peer that a call's answer is not wanted; its end is waited for by nobody.</summary>
    internal void Abandon(OutgoingCall call)
    {
        call.Fail(new OperationCanceledException("The call was given up."));
        _ = TrySendAsync(FrameType.Cancel, call.Tag, default);
    }

    /// <summary>Ends everything, once.</summary>
    private void Abort(VtException failure)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            _failure = failure;
        }

        _ended.Cancel();
        if (_hello.TrySetException(failure))
        {
            _ = _hello.Task.Exception;
        }

        _calls.FailAll(failure);
        _ = Task.Run(() => _transport.DisposeAsync().AsTask());
    }

    private Exception Failure() => Again(_failure ?? PeerFailures.Cut(Name, null));

    private void End(OutgoingCall call)
    {
        if (call.TryEnd())
        {
            _calls.Remove(call);
        }
    }

    /// <summary>Turns a failed write into the error of the connection.</summary>
    private async ValueTask GuardAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The reader knows better than a broken pipe why the peer has gone, if it comes to know within a moment.
            await _watching.WaitAsync(GoodbyeTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Abort(PeerFailures.Cut(Name, PeerFailures.Reason(e)));
            throw Failure();
        }
    }

    /// <summary>Sends a frame without a method. That the connection has ended is no error.</summary>
    internal async Task TrySendAsync(FrameType type, uint tag, ReadOnlyMemory<byte> payload)
    {
        try
        {
            await _writer.WriteAsync(new FrameHeader(0, type, 0, 0, tag), payload).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The reader meets the same end, and tells of it.
        }
    }
}
