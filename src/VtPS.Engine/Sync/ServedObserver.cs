using System.Collections.Concurrent;
using System.Diagnostics;
using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;

namespace VtPS.Engine.Sync;

/// <summary>
/// Watches a tree that is served: keeps errors until the client is told of them, and tells it how far the call under way is, where it wants to know. A call is told of from its second second on,
/// two or three times a second, and not while the last message still waits to be sent. Safe for use by many threads.
/// </summary>
internal sealed class ServedObserver : IOperationObserver
{
    // A meter speaks first after 200 ms, and then five times a second.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(790);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(390);

    private readonly ConcurrentQueue<VtError> _problems = [];
    private readonly Lock _gate = new();
    private IncomingCall? _call;
    private long _first;
    private long _last;
    private Task _sending = Task.CompletedTask;

    public bool WantsItems => false;

    /// <summary>The look at the tree begins before the client has said whether it wants to know.</summary>
    public bool WantsProgress => true;

    /// <summary>A call begins.</summary>
    public void Begin(IncomingCall call)
    {
        lock (_gate)
        {
            _call = call.WantsProgress ? call : null;
            _first = 0;
            _last = 0;
        }
    }

    /// <summary>The call has ended.</summary>
    public void End()
    {
        lock (_gate)
        {
            _call = null;
        }
    }

    public void OnItem(VtFileResult item)
    {
    }

    public void OnError(VtError error) => _problems.Enqueue(error);

    public void OnProgress(in OperationProgress progress)
    {
        lock (_gate)
        {
            if (_call is null)
            {
                return;
            }

            long now = Stopwatch.GetTimestamp();
            _first = _first == 0 ? now : _first;
            if (Stopwatch.GetElapsedTime(_first, now) >= Patience && (_last == 0 || Stopwatch.GetElapsedTime(_last, now) >= Period) && _sending.IsCompleted)
            {
                _last = now;
                _sending = _call.TellAsync(ProgressMessage.Write(progress));
            }
        }
    }

    public void OnWarning(string message)
    {
    }

    /// <summary>The errors since they were last taken.</summary>
    public List<VtError> Take()
    {
        List<VtError> taken = [];
        while (_problems.TryDequeue(out VtError? problem))
        {
            taken.Add(problem);
        }

        return taken;
    }
}
