namespace VtPS.Engine.Protocol;

/// <summary>A call that the peer has made, for a handler to answer.</summary>
internal sealed class IncomingCall : PeerCall
{
    private readonly CancellationTokenSource _cancelled = new();

    internal IncomingCall(PeerConnection connection, in FrameHeader request, byte[] payload)
        : base(connection)
    {
        Tag = request.Tag;
        Method = (PeerMethod)request.Method;
        WantsProgress = request.WantsProgress;
        Payload = payload;
    }

    public PeerMethod Method { get; }

    /// <summary>The request's payload.</summary>
    public byte[] Payload { get; }

    /// <summary>Whether the caller wants to know how far the call is.</summary>
    public bool WantsProgress { get; }

    /// <summary>Cancelled when the caller wants no answer any more, or the connection ends.</summary>
    public CancellationToken Cancelled => _cancelled.Token;

    /// <summary>Whether an answer was sent.</summary>
    internal bool IsAnswered { get; private set; }

    /// <summary>Answers.</summary>
    /// <param name="payload">The answer; at most as long as the peer accepts.</param>
    /// <param name="withBody">Whether a body follows by <see cref="PeerCall.WriteAsync"/>; else the call ends here.</param>
    public ValueTask AnswerAsync(ReadOnlyMemory<byte> payload, bool withBody = false)
    {
        IsAnswered = true;
        if (!withBody)
        {
            OnWriting(true);
        }

        return Connection.SendAsync(FrameType.Answer, withBody ? (byte)0 : FrameHeader.Last, 0, Tag, payload);
    }

    /// <summary>Tells the caller how far the call is. A connection that has ended is no error here.</summary>
    public Task TellAsync(byte[] progress) => Connection.TrySendAsync(FrameType.Progress, Tag, progress);

    internal void Cancel() => _ = _cancelled.CancelAsync();

    internal override void Fail(Exception exception)
    {
        base.Fail(exception);
        Cancel();
    }

    /// <summary>Once its end is on the way the peer may make another call in this one's place.</summary>
    private protected override void OnWriting(bool last)
    {
        if (last)
        {
            Connection.Finish(this);
        }
    }
}
