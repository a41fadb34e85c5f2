using System.Buffers;
using System.Buffers.Binary;

namespace VtPS.Engine.Protocol;

/// <content>What comes from the peer, and what is done when nothing comes.</content>
internal sealed partial class PeerConnection
{
    private async Task ReadAllAsync(Task greeting)
    {
        try
        {
            FrameReader reader = new(_transport.Input, Options.Hello.MaximumPayload, () => Volatile.Write(ref _heard, 1));
            while (await reader.ReadAsync(!_hello.Task.IsCompletedSuccessfully, _ended.Token).ConfigureAwait(false) is { } frame)
            {
                Interlocked.Increment(ref _framesReceived);
                Interlocked.Add(ref _bytesReceived, FrameHeader.Size + frame.Header.Length);
                Take(frame.Header, frame.Payload);
            }

            Abort(PeerFailures.Cut(Name, _peerSaidBye ? null : await _transport.ExplainEndAsync().ConfigureAwait(false)));
        }
        catch (InvalidDataException e)
        {
            VtException mismatch = PeerFailures.Mismatch(Name, e, await ExplainGarbageAsync().ConfigureAwait(false));
            await TrySendAsync(FrameType.Bye, 0, PeerError.From(mismatch).ToBytes()).ConfigureAwait(false);
            Abort(mismatch);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            Abort(PeerFailures.Cut(Name, _ended.IsCancellationRequested ? null : await _transport.ExplainEndAsync().ConfigureAwait(false) ?? PeerFailures.Reason(e)));
        }

        await greeting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async ValueTask<string?> ExplainGarbageAsync() => _hello.Task.IsCompleted ? null : await _transport.ExplainEndAsync().ConfigureAwait(false);

    private void Take(in FrameHeader header, in ReadOnlySequence<byte> payload)
    {
        switch (header.Type)
        {
            case FrameType.Hello when !_hello.Task.IsCompleted:
                Hello hello = Hello.Read(payload.ToArray());
                hello = hello with { MaximumPayload = Math.Min(hello.MaximumPayload, Options.Hello.MaximumPayload) };
                _calls.Welcome(hello);
                _transport.OnHello();
                _hello.TrySetResult(hello);
                break;
            case FrameType.Request when _handler is not null:
                IncomingCall call = new(this, header, payload.ToArray());
                call.StartCredit(Peer.Window);
                if (header.IsLast)
                {
                    call.Deliver(default, true);
                }

                _calls.AddIncoming(call, Options.Hello.MaximumRequests, () => ServeAsync(call));
                break;
            case FrameType.Answer when _calls.FindOutgoing(header.Tag) is { } asked:
                _calls.NoteAnswer(asked);
                if (header.IsLast)
                {
                    asked.Deliver(default, true);
                    End(asked);
                }

                asked.SetAnswer(payload.ToArray());
                break;
            case FrameType.Data when _calls.Find(header.Tag) is { } known:
                known.Deliver(payload, header.IsLast);
                if (header.IsLast && known is OutgoingCall answered)
                {
                    End(answered);
                }

                break;
            case FrameType.Error when _calls.FindOutgoing(header.Tag) is { } failed:
                _calls.NoteAnswer(failed);
                Exception error = PeerError.Read(payload.ToArray()).ToException(Name);
                End(failed);
                failed.Fail(error);
                break;
            case FrameType.Cancel when _calls.Find(header.Tag) is IncomingCall cancelled:
                cancelled.Fail(new OperationCanceledException("The peer cancelled the call."));
                break;
            case FrameType.Credit when payload.Length == 4 && _calls.Find(header.Tag) is { } waiting:
                waiting.AddCredit(BinaryPrimitives.ReadUInt32LittleEndian(payload.ToArray()));
                break;
            case FrameType.Progress when _calls.FindOutgoing(header.Tag) is { OnProgress: { } tell }:
                tell(payload.ToArray());
                break;
            case FrameType.Ping:
                _ = TrySendAsync(FrameType.Pong, 0, default);
                break;
            case FrameType.Pong:
                break;
            case FrameType.Bye:
                _peerSaidBye = payload.IsEmpty;
                Abort(payload.IsEmpty ? PeerFailures.Cut(Name, "it took its leave") : PeerFailures.Left(Name, PeerError.Read(payload.ToArray())));
                break;
            case FrameType.Data or FrameType.Credit or FrameType.Cancel or FrameType.Answer or FrameType.Error or FrameType.Progress when _calls.WasUsed(header.Tag):
                // On its way while the call ended.
                break;
            default:
                throw new InvalidDataException($"it sent a frame of type {(byte)header.Type} for call {header.Tag}, which has no place there");
        }
    }

    private async Task ServeAsync(IncomingCall call)
    {
        PeerError? error = null;
        try
        {
            await _handler!.HandleAsync(call).ConfigureAwait(false);
            if (!call.IsAnswered)
            {
                error = new PeerError(nameof(VtErrorId.PeerProtocolMismatch), $"A request of kind {(ushort)call.Method} is not known here. Use the same version of VtPS on both sides.", string.Empty);
            }
        }
        catch (Exception e)
        {
            error = PeerError.From(e);
        }

        call.Release();
        Finish(call);
        if (error is not null)
        {
            await TrySendAsync(FrameType.Error, call.Tag, error.ToBytes()).ConfigureAwait(false);
        }
    }

    /// <summary>Asks for signs of life and gives the peer up when none comes. Intervals are counted, not time: a machine that slept has not waited.</summary>
    private async Task WatchAsync()
    {
        using PeriodicTimer timer = new(Options.KeepAlive);
        int silent = 0;
        Task ping = Task.CompletedTask;
        while (await timer.WaitForNextTickAsync(_ended.Token).ConfigureAwait(false))
        {
            silent = Interlocked.Exchange(ref _heard, 0) == 1 ? 0 : silent + 1;
            if (silent >= Options.SilentIntervals)
            {
                Abort(PeerFailures.Silent(Name, Options.KeepAlive * Options.SilentIntervals));
            }
            else if (silent > 0 && ping.IsCompleted)
            {
                ping = TrySendAsync(FrameType.Ping, 0, default);
            }
        }
    }
}
