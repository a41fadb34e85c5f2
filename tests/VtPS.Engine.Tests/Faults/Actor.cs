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
    private readonly bool _gateReads;
    private readonly Lock _gate = new();
    private readonly Queue<(StorageCall Call, string Name, TaskCompletionSource Turn)> _waiting = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private volatile bool _free;
    private ulong _ids;

    /// <summary>Starts an actor; it waits before its first call.</summary>
    /// <param name="name">Its name, for traces.</param>
    /// <param name="number">Its number: no two of a world have the same.</param>
    /// <param name="storage">The Store's storage, of all actors.</param>
    /// <param name="body">What it does; a writer returns the id of the backup that it reports.</param>
    /// <param name="gateReads">Whether reads of data files wait for their turn, too.</param>
    public Actor(string name, int number, MemoryStorage storage, Func<IObjectStorage, Task<string?>> body, bool gateReads = false)
    {
        Name = name;
        Number = number;
        _gateReads = gateReads;
        _process = new FaultyStorage(storage);
        HookedStorage hooked = new(_process, WaitForTurnAsync);
        Work = Task.Run(async () =>
        {
            DataFileId.TestSource.Value = NewId;
            return await body(hooked);
        });
        _ = Work.ContinueWith(_ => _arrived.Release(), TaskScheduler.Default);
        WaitUntilQuiet();
    }

    public string Name { get; }

    public int Number { get; }

    /// <summary>What it does.</summary>
    public Task<string?> Work { get; }

    /// <summary>Everything that it has done and seen so far, in one number.</summary>
    public ulong History { get; private set; } = 14695981039346656037;

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
    /// <param name="seen">What the call will see of the Store, in one number.</param>
    public void Step(ulong seen)
    {
        TaskCompletionSource turn;
        lock (_gate)
        {
            (StorageCall call, string name, turn) = _waiting.Dequeue();
            History = Mix(Mix(Mix(History, (ulong)call), Hash(name)), seen);
        }

        turn.SetResult();
        WaitUntilQuiet();
    }

    /// <summary>Ends its process at the call that it waits to make.</summary>
    public void Kill()
    {
        IsKilled = true;
        _free = true;
        _process.KillAsync().AsTask().GetAwaiter().GetResult();
        History = Mix(History, 99);
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
                throw new TimeoutException($"{Name} did not end after it was killed.");
            }
        }
    }

    /// <summary>FNV-1a, which is the same in every process.</summary>
    public static ulong Hash(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        return hash;
    }

    public static ulong Mix(ulong hash, ulong value)
    {
        hash ^= value + 0x9e3779b97f4a7c15 + (hash << 6) + (hash >> 2);
        hash *= 0xff51afd7ed558ccd;
        return hash ^ (hash >> 33);
    }

    private DataFileId NewId() => new(Mix((ulong)Number + 1, Interlocked.Increment(ref _ids)), (ulong)Number);

    private bool IsGated(StorageCall call, string name) => call switch
    {
        StorageCall.Begin or StorageCall.Write or StorageCall.Sweep or StorageCall.LookAtLock => false,
        StorageCall.Read => _gateReads && name.StartsWith(StoreNames.Data, StringComparison.Ordinal),
        StorageCall.Look => name != StoreNames.Config,
        _ => true,
    };

    private Task WaitForTurnAsync(StorageCall call, string name)
    {
        if (_free || !IsGated(call, name))
        {
            return Task.CompletedTask;
        }

        TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
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
                throw new TimeoutException($"{Name} neither makes a call nor ends.");
            }
        }
    }
}
