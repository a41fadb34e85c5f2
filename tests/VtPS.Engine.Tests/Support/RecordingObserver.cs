using System.Collections.Concurrent;
using VtPS.Engine.Operations;

namespace VtPS.Engine.Tests.Support;

/// <summary>Keeps what it is told.</summary>
internal sealed class RecordingObserver : IOperationObserver
{
    public ConcurrentQueue<VtFileResult> Items { get; } = [];

    public ConcurrentQueue<VtError> Errors { get; } = [];

    public ConcurrentQueue<OperationProgress> Progress { get; } = [];

    public ConcurrentQueue<string> Warnings { get; } = [];

    public Action<VtFileResult>? OnEachItem { get; init; }

    public bool WantsItems => true;

    public bool WantsProgress => true;

    public void OnItem(VtFileResult item)
    {
        Items.Enqueue(item);
        OnEachItem?.Invoke(item);
    }

    public void OnError(VtError error) => Errors.Enqueue(error);

    public void OnProgress(in OperationProgress progress) => Progress.Enqueue(progress);

    public void OnWarning(string message) => Warnings.Enqueue(message);
}
