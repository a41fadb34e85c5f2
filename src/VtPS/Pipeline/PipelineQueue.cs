using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace VtPS.Pipeline;

/// <summary>
/// Actions that workers hand to the pipeline thread, which alone may write and ask. Bounded: a slow reader downstream slows the workers,
/// and memory stays as it is. Posting is safe from many threads; taking is for the pipeline thread alone.
/// </summary>
internal sealed class PipelineQueue : IDisposable
{
    private const int Capacity = 256;

    private static readonly Action Nothing = static () => { };

    private readonly BlockingCollection<Action> _actions = new(Capacity);
    private readonly CancellationTokenSource _closed = new();

    /// <summary>Posts an action, waiting while the queue is full; dropped once the queue is closed or complete.</summary>
    public void Post(Action action)
    {
        try
        {
            _actions.Add(action, _closed.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException)
        {
            // Nobody takes any more: the pipeline has ended, and what the workers still say has no reader.
        }
    }

    /// <summary>Posts an action if there is room; for what may be lost, such as progress.</summary>
    public void TryPost(Action action)
    {
        try
        {
            _actions.TryAdd(action);
        }
        catch (InvalidOperationException)
        {
            // Complete: see Post.
        }
    }

    /// <summary>Makes a waiting <see cref="TryTake"/> return.</summary>
    public void Wake() => TryPost(Nothing);

    /// <summary>Takes the next action, waiting for one; false once the workers are done and all is taken.</summary>
    public bool TryTake([NotNullWhen(true)] out Action? action) => _actions.TryTake(out action, Timeout.Infinite);

    /// <summary>Takes the next action if there is one now.</summary>
    public bool TryTakeNow([NotNullWhen(true)] out Action? action) => _actions.TryTake(out action);

    /// <summary>Says that the workers are done: what is posted stays to be taken.</summary>
    public void Complete() => _actions.CompleteAdding();

    /// <summary>Says that nothing will be taken any more: posters that wait are released, and what they post is dropped.</summary>
    public void Close() => _closed.Cancel();

    /// <summary>To be called once no worker posts any more.</summary>
    public void Dispose()
    {
        _actions.Dispose();
        _closed.Dispose();
    }
}
