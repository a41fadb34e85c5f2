using VtPS.Engine.Protocol;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>Answers with the request's body, piece by piece; waits, or fails, where asked to.</summary>
internal sealed class EchoHandler : IPeerHandler
{
    public const PeerMethod Echo = (PeerMethod)1000;
    public const PeerMethod Fail = (PeerMethod)1001;
    public const PeerMethod Wait = (PeerMethod)1002;

    /// <summary>Answers, and reads nothing of the body.</summary>
    public const PeerMethod Deaf = (PeerMethod)1003;

    private int _waiting;
    private int _cancelled;

    public int Waiting => Volatile.Read(ref _waiting);

    public int Cancelled => Volatile.Read(ref _cancelled);

    public async Task HandleAsync(IncomingCall call)
    {
        if (call.Method == Echo)
        {
            await call.AnswerAsync(call.Payload, withBody: true);
            byte[] buffer = new byte[10_000];
            while (await call.ReadAsync(buffer, call.Cancelled) is > 0 and var read)
            {
                await call.WriteAsync(buffer.AsMemory(0, read), false, call.Cancelled);
            }

            await call.WriteAsync(default, true, call.Cancelled);
        }
        else if (call.Method == Fail)
        {
            throw new VtException(VtErrorId.StoreFull, "no room", "/there");
        }
        else if (call.Method == Wait)
        {
            Interlocked.Increment(ref _waiting);
            try
            {
                await Task.Delay(Timeout.Infinite, call.Cancelled);
            }
            finally
            {
                Interlocked.Increment(ref _cancelled);
            }
        }
        else if (call.Method == Deaf)
        {
            await call.AnswerAsync(default);
        }
    }
}
