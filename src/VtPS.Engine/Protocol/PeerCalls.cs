namespace VtPS.Engine.Protocol;

/// <summary>The calls under way on a connection, both ways, and their numbers. Safe for use by many threads.</summary>
internal sealed class PeerCalls(bool isInitiator)
{
    /// <summary>What a side may count on before its peer has said anything.</summary>
    public static readonly Hello Least = new() { MaximumPayload = Hello.LeastPayload, Window = Hello.LeastWindow, MaximumRequests = Hello.LeastRequests };

    private readonly Lock _gate = new();
    private readonly Dictionary<uint, PeerCall> _calls = [];
    private readonly HashSet<Task> _handlers = [];
    private readonly SemaphoreSlim _places = new(Hello.LeastRequests);
    private uint _nextTag = isInitiator ? 1u : 2u;
    private uint _lastIncoming;
    private int _incoming;
    private Exception? _failure;
    private long _made;
    private int _depth;

    /// <summary>How many calls this side has made.</summary>
    public long Made => Interlocked.Read(ref _made);

    /// <summary>How many answers were waited for one after the other.</summary>
    public int Depth
    {
        get
        {
            lock (_gate)
            {
                return _depth;
            }
        }
    }

    /// <summary>The peer has said how many calls it takes.</summary>
    public void Welcome(Hello peer)
    {
        if (peer.MaximumRequests > Hello.LeastRequests)
        {
            _places.Release(peer.MaximumRequests - Hello.LeastRequests);
        }
    }

    /// <summary>Waits until the peer takes one more call.</summary>
    public async ValueTask TakePlaceAsync(CancellationToken cancellationToken, CancellationToken ended, Func<Exception> failure)
    {
        if (_places.Wait(0, CancellationToken.None))
        {
            return;
        }

        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ended);
        try
        {
            await _places.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw failure();
        }
    }

    /// <summary>Gives a call its number.</summary>
    public uint Add(OutgoingCall call)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                throw new IOException("The connection has ended.");
            }

            call.Tag = _nextTag;
            _nextTag += 2;
            _calls.Add(call.Tag, call);
            _made++;
            call.Depth = _depth + 1;
            return call.Tag;
        }
    }

    /// <summary>A body has been sent to its end: the answer is waited for from now on.</summary>
    public void NoteDepth(OutgoingCall call)
    {
        lock (_gate)
        {
            call.Depth = _depth + 1;
        }
    }

    public void NoteAnswer(OutgoingCall call)
    {
        lock (_gate)
        {
            _depth = Math.Max(_depth, call.Depth);
        }
    }

    /// <summary>Takes in a call of the peer and starts its handler.</summary>
    /// <exception cref="InvalidDataException">Its number is out of order, or there are too many.</exception>
    public void AddIncoming(IncomingCall call, int maximum, Func<Task> serve)
    {
        lock (_gate)
        {
            if (call.Tag <= _lastIncoming || (call.Tag & 1) == (_nextTag & 1))
            {
                throw new InvalidDataException($"it began call {call.Tag} after call {_lastIncoming}");
            }

            if (_incoming >= maximum)
            {
                throw new InvalidDataException($"it made more than {maximum} calls at a time");
            }

            if (_failure is not null)
            {
                return;
            }

            _lastIncoming = call.Tag;
            _incoming++;
            _calls.Add(call.Tag, call);
            Task handler = Task.Run(serve);
            _handlers.Add(handler);
            _ = handler.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    public PeerCall? Find(uint tag)
    {
        lock (_gate)
        {
            return _calls.GetValueOrDefault(tag);
        }
    }

    public OutgoingCall? FindOutgoing(uint tag) => Find(tag) as OutgoingCall;

    /// <summary>Whether there was a call of this number, which has ended.</summary>
    public bool WasUsed(uint tag)
    {
        lock (_gate)
        {
            return tag != 0 && !_calls.ContainsKey(tag) && ((tag & 1) == (_nextTag & 1) ? tag < _nextTag : tag <= _lastIncoming);
        }
    }

    /// <summary>A call of this side has ended. Called once for each place taken.</summary>
    public void Remove(OutgoingCall call)
    {
        lock (_gate)
        {
            _calls.Remove(call.Tag);
        }

        _places.Release();
    }

    /// <summary>A call of the peer comes to its end; a second time nothing happens.</summary>
    public void Finish(IncomingCall call)
    {
        lock (_gate)
        {
            if (_calls.Remove(call.Tag))
            {
                _incoming--;
            }
        }
    }

    /// <summary>Ends every call.</summary>
    public void FailAll(Exception failure)
    {
        PeerCall[] calls;
        lock (_gate)
        {
            _failure = failure;
            calls = [.. _calls.Values];
        }

        foreach (PeerCall call in calls)
        {
            call.Fail(failure);
        }
    }

    /// <summary>Waits until every handler has come to its end.</summary>
    public async Task WaitForHandlersAsync()
    {
        while (true)
        {
            Task[] handlers;
            lock (_gate)
            {
                handlers = [.. _handlers];
            }

            if (handlers.Length == 0)
            {
                return;
            }

            await Task.WhenAll(handlers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Forget(Task handler)
    {
        lock (_gate)
        {
            _handlers.Remove(handler);
        }
    }
}
