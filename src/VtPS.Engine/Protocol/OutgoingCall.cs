namespace VtPS.Engine.Protocol;

/// <summary>A call that this side has made. Disposing of it before its end tells the peer that no answer is wanted.</summary>
internal sealed class OutgoingCall : PeerCall, IAsyncDisposable
{
    private readonly TaskCompletionSource<byte[]> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ended;

    internal OutgoingCall(PeerConnection connection, Action<byte[]>? onProgress)
        : base(connection)
    {
        OnProgress = onProgress;
    }

    /// <summary>Gets what the peer tells of its progress; null where nobody asked.</summary>
    internal Action<byte[]>? OnProgress { get; }

    /// <summary>How many answers were waited for one after the other until this call's own will be there.</summary>
    internal int Depth { get; set; }

    /// <summary>The answer's payload, when it comes.</summary>
    /// <exception cref="Exception">The peer's error, or what ended the connection.</exception>
    public async ValueTask<byte[]> AnswerAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (VtException e)
        {
            throw PeerConnection.Again(e);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref _ended) == 0)
        {
            Connection.Abandon(this);
        }

        Release();
        return ValueTask.CompletedTask;
    }

    internal void SetAnswer(byte[] payload) => _answer.TrySetResult(payload);

    /// <summary>Notes the call's end; true the first time.</summary>
    internal bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;

    internal override void Fail(Exception exception)
    {
        base.Fail(exception);
        if (_answer.TrySetException(exception))
        {
            _ = _answer.Task.Exception;
        }
    }

    private protected override void OnWriting(bool last)
    {
        if (last)
        {
            Connection.NoteDepth(this);
        }
    }
}
