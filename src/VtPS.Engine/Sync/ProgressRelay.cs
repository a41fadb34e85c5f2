using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;

namespace VtPS.Engine.Sync;

/// <summary>
/// Passes on what a peer tells of one call's progress, with the peer's name. The observer is told on a thread of its own, so that whoever reads the connection never waits for a screen;
/// what comes while it is being told is left out. Disposing waits until it has been told.
/// </summary>
/// <param name="observer">Told of the progress.</param>
/// <param name="name">What the peer is called.</param>
internal sealed class ProgressRelay(IOperationObserver observer, string name) : IAsyncDisposable
{
    private const int LongestName = 48;

    private readonly Lock _gate = new();

    // A command can be longer than a line.
    private readonly string _name = name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…";
    private bool _isEnded;
    private Task _telling = Task.CompletedTask;

    /// <summary>Takes a message from the connection; null where nobody wants to know.</summary>
    public Action<byte[]>? Listener => observer.WantsProgress ? Take : null;

    public async ValueTask DisposeAsync()
    {
        Task telling;
        lock (_gate)
        {
            _isEnded = true;
            telling = _telling;
        }

        await telling.ConfigureAwait(false);
    }

    private void Take(byte[] message)
    {
        OperationProgress progress = ProgressMessage.Read(message);
        lock (_gate)
        {
            if (!_isEnded && _telling.IsCompleted)
            {
                _telling = Task.Run(() => observer.OnProgress(progress with { Activity = $"{progress.Activity} ({_name})" }));
            }
        }
    }
}
