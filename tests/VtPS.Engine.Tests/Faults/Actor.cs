using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Tests.Faults;

/// <summary>
/// Something that works on a Store, one storage call at a time: before each call that others could notice, or that could notice others, it waits for its turn.
/// Its ids are the same in every run.
/// </summary>
internal sealed class Actor
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    private readonly FaultyStorage _process;
    private readonly Func<StorageCall, string, bool> _isGated;
    private readonly Func<StorageCall, string, bool>? _pass;
    private readonly Lock _gate = new();
    private readonly Queue<(StorageCall Call, string Name, TaskCompletionSource Turn)> _waiting = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private volatile bool _free;
    private ulong _ids;

    /// <summary>Starts an actor; it waits before its first call.</summary>
    /// <param name="number">Its number: no two of a world have the same.</param>
    /// <param name="storage">The Store's storage, of all actors; it outlives the actor.</param>
    /// <param name="plan">What it does.</param>
    /// <param name="pass">Asked at each call that would wait, in their order: true lets it go on at once. Null for never.</param>
    public Actor(int number, IObjectStorage storage, ActorPlan plan, Func<StorageCall, string, bool>? pass = null)
    {
        Plan = plan;
        Number = number;
        _isGated = plan.IsGated;
        _pass = pass;
        _process = new FaultyStorage(storage);
        HookedStorage hooked = new(_process, WaitForTurnAsync);
        Work = Task.Run(async () =>
        {
            DataFileId.TestSource.Value = NewId;
            return await plan.Body(hooked);
        });
        _ = Work.ContinueWith(_ => _arrived.Release(), TaskScheduler.Default);
        WaitUntilQuiet();
    }

    public ActorPlan Plan { get; }

    public int Number { get; }

    /// <summary>What it does.</summary>
    public Task<string?> Work { get; }

    public bool IsDone => Work.IsCompleted;

    /// <summary>Whether it was ended by <see cref="Kill"/>.</summary>
    public bool IsKilled { get; private set; }

    /// <summary>The call that it waits to make; null once it is done.</summary>
    public (StorageCall Call, string Name)? Next
    {
        get
        {
            lock (_gate)
            {
                return _waiting.TryPeek(out (StorageCall Call, string Name, TaskCompletionSource) next) ? (next.Call, next.Name) : null;
            }
        }
    }

    /// <summary>Lets it make its next call and waits until it is about to make another, or is done.</summary>
    public void Step()
    {
        (StorageCall, string, TaskCompletionSource Turn) next;
        lock (_gate)
        {
            next = _waiting.Dequeue();
        }

        next.Turn.SetResult();
        WaitUntilQuiet();
    }

    /// <summary>Ends its process at the call that it waits to make.</summary>
    public void Kill()
    {
        IsKilled = true;
        _free = true;
        _process.KillAsync().AsTask().GetAwaiter().GetResult();
        while (true)
        {
            lock (_gate)
            {
                while (_waiting.TryDequeue(out (StorageCall, string, TaskCompletionSource Turn) waiting))
                {
                    waiting.Turn.SetResult();
                }
            }

            if (Work.IsCompleted)
            {
                return;
            }

            if (!_arrived.Wait(TimeLimit))
            {
                throw new TimeoutException($"{Plan.Name} did not end after it was killed.");
            }
        }
    }

    private DataFileId NewId() => new(StateHash.Mix((ulong)Number + 1, Interlocked.Increment(ref _ids)), (ulong)Number);

    private Task WaitForTurnAsync(StorageCall call, string name)
    {
        if (_free || !_isGated(call, name))
        {
            return Task.CompletedTask;
        }

        TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_pass is not null && _pass(call, name))
            {
                return Task.CompletedTask;
            }

            _waiting.Enqueue((call, name, turn));
        }

        _arrived.Release();
        return turn.Task;
    }

    private void WaitUntilQuiet()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_waiting.Count > 0 || Work.IsCompleted)
                {
                    return;
                }
            }

            if (!_arrived.Wait(TimeLimit))
            {
                throw new TimeoutException($"{Plan.Name} neither makes a call nor ends.");
            }
        }
    }
}
