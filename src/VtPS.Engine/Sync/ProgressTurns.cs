using System.Diagnostics;
using VtPS.Engine.Operations;

namespace VtPS.Engine.Sync;

/// <summary>
/// Both sides of a sync tell how far they are, and there is one place to show it. This side comes first: it is the observer itself; the peer's progress, told to <see cref="Peer"/>, is passed on
/// while this side has told nothing for a second. Safe for use by many threads.
/// </summary>
/// <param name="observer">Told of everything.</param>
/// <param name="isKept">Whether the peer's progress is wanted even if the observer wants none: the status file has it, too.</param>
internal sealed class ProgressTurns(IOperationObserver observer, bool isKept) : IOperationObserver
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    private long _told;

    /// <summary>Gets the peer's progress as often as it is passed on.</summary>
    public Action<OperationProgress>? OnPeer { get; set; }

    /// <summary>What the peer's side tells of it.</summary>
    public IOperationObserver Peer => new PeerSide(this);

    public bool WantsItems => observer.WantsItems;

    public bool WantsProgress => isKept || observer.WantsProgress;

    public void OnItem(VtFileResult item) => observer.OnItem(item);

    public void OnError(VtError error) => observer.OnError(error);

    public void OnProgress(in OperationProgress progress)
    {
        Volatile.Write(ref _told, Stopwatch.GetTimestamp());
        observer.OnProgress(progress);
    }

    public void OnWarning(string message) => observer.OnWarning(message);

    private void Pass(in OperationProgress progress)
    {
        if (Volatile.Read(ref _told) is var told && (told == 0 || Stopwatch.GetElapsedTime(told) >= Silence))
        {
            OnPeer?.Invoke(progress);
            observer.OnProgress(progress);
        }
    }

    private sealed class PeerSide(ProgressTurns turns) : IOperationObserver
    {
        public bool WantsItems => turns.WantsItems;

        public bool WantsProgress => turns.WantsProgress;

        public void OnItem(VtFileResult item) => turns.OnItem(item);

        public void OnError(VtError error) => turns.OnError(error);

        public void OnProgress(in OperationProgress progress) => turns.Pass(progress);

        public void OnWarning(string message) => turns.OnWarning(message);
    }
}
