using System.Runtime.CompilerServices;

namespace VtPS.Engine.Objects;

/// <summary>
/// A double for tests: one process's view of a storage, in which the process dies, or a call fails, at a call that is chosen by its number.
/// A dead process's calls all fail and change nothing, its locks are free, and what it had not committed stays unfinished, as after kill -9.
/// The storage itself outlives it: disposing of this leaves the inner storage open. Safe for use by many threads.
/// </summary>
internal sealed class FaultyStorage(IObjectStorage inner) : IObjectStorage
{
    private readonly Lock _gate = new();
    private readonly List<IAsyncDisposable> _locks = [];
    private int _calls;
    private volatile bool _dead;

    /// <inheritdoc/>
    public string Location => inner.Location;

    public string? LockDomain => inner.LockDomain;

    // One call after the other, in an order that can be told again.
    public int Concurrency => 1;

    /// <summary>The number of the call at which the fault comes, from 1; 0 for none.</summary>
    public int FaultAt { get; init; }

    /// <summary>What comes then.</summary>
    public FaultKind Kind { get; init; }

    /// <summary>How long each call takes at least.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How many calls were made so far.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The call that the fault came at, such as "commit data/…"; null while none came.</summary>
    public string? FaultedCall { get; private set; }

    /// <summary>Whether the process is dead.</summary>
    public bool IsDead => _dead;

    /// <summary>Ends the process at once.</summary>
    public async ValueTask KillAsync()
    {
        _dead = true;
        IAsyncDisposable[] locks;
        lock (_gate)
        {
            locks = [.. _locks];
            _locks.Clear();
        }

        foreach (IAsyncDisposable held in locks)
        {
            await held.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Lets calls work again, as those of a process that was started anew.</summary>
    public void Revive() => _dead = false;

    /// <inheritdoc/>
    public async ValueTask<IObjectUpload> BeginPutAsync(string name, string owner, CancellationToken cancellationToken)
    {
        bool fault = await EnterAsync("begin", name, cancellationToken).ConfigureAwait(false);
        IObjectUpload upload = await inner.BeginPutAsync(name, owner, cancellationToken).ConfigureAwait(false);
        if (fault && Kind == FaultKind.FailAfter)
        {
            // The caller never gets to hold it.
            await upload.DisposeAsync().ConfigureAwait(false);
        }

        await LeaveAsync(fault, "begin", name).ConfigureAwait(false);
        return new Upload(this, upload, name);
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        bool fault = await EnterAsync("read", name, cancellationToken).ConfigureAwait(false);
        int read = await inner.ReadAsync(name, offset, buffer, cancellationToken).ConfigureAwait(false);
        await LeaveAsync(fault, "read", name).ConfigureAwait(false);
        return read;
    }

    /// <inheritdoc/>
    public async ValueTask<long?> GetLengthAsync(string name, CancellationToken cancellationToken)
    {
        bool fault = await EnterAsync("look at", name, cancellationToken).ConfigureAwait(false);
        long? length = await inner.GetLengthAsync(name, cancellationToken).ConfigureAwait(false);
        await LeaveAsync(fault, "look at", name).ConfigureAwait(false);
        return length;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool fault = await EnterAsync("list", prefix, cancellationToken).ConfigureAwait(false);
        List<ObjectInfo> all = await inner.ListAllAsync(prefix, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < all.Count; i++)
        {
            if (fault && i == all.Count / 2)
            {
                break;
            }

            yield return all[i];
        }

        await LeaveAsync(fault, "list", prefix).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken)
    {
        bool fault = await EnterAsync("delete", name, cancellationToken).ConfigureAwait(false);
        await inner.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        await LeaveAsync(fault, "delete", name).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable?> TryPutLockedAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        bool fault = await EnterAsync("put locked", name, cancellationToken).ConfigureAwait(false);
        IAsyncDisposable? held = fault && Kind == FaultKind.DieTorn ? null : await inner.TryPutLockedAsync(name, bytes, cancellationToken).ConfigureAwait(false);
        if (held is not null)
        {
            lock (_gate)
            {
                _locks.Add(held);
            }

            if (fault && Kind == FaultKind.FailAfter)
            {
                await held.DisposeAsync().ConfigureAwait(false);
            }
        }

        await LeaveAsync(fault, "put locked", name).ConfigureAwait(false);
        return held;
    }

    /// <inheritdoc/>
    public async ValueTask<bool?> IsLockedAsync(string name, CancellationToken cancellationToken)
    {
        bool fault = await EnterAsync("look at the lock of", name, cancellationToken).ConfigureAwait(false);
        bool? locked = await inner.IsLockedAsync(name, cancellationToken).ConfigureAwait(false);
        await LeaveAsync(fault, "look at the lock of", name).ConfigureAwait(false);
        return locked;
    }

    /// <inheritdoc/>
    public async ValueTask FlushNamesAsync(IReadOnlyCollection<string> folders, CancellationToken cancellationToken)
    {
        bool fault = await EnterAsync("flush", string.Empty, cancellationToken).ConfigureAwait(false);
        await inner.FlushNamesAsync(folders, cancellationToken).ConfigureAwait(false);
        await LeaveAsync(fault, "flush", string.Empty).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<UnfinishedUpload>> ListUnfinishedAsync(CancellationToken cancellationToken)
    {
        bool fault = await EnterAsync("list", ObjectNames.Unfinished, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<UnfinishedUpload> unfinished = await inner.ListUnfinishedAsync(cancellationToken).ConfigureAwait(false);
        await LeaveAsync(fault, "list", ObjectNames.Unfinished).ConfigureAwait(false);
        return unfinished;
    }

    /// <inheritdoc/>
    public async ValueTask SweepUnfinishedAsync(string owner, CancellationToken cancellationToken)
    {
        bool fault = await EnterAsync("sweep", owner, cancellationToken).ConfigureAwait(false);
        await inner.SweepUnfinishedAsync(owner, cancellationToken).ConfigureAwait(false);
        await LeaveAsync(fault, "sweep", owner).ConfigureAwait(false);
    }

    /// <summary>Leaves the inner storage open.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Counts a call; true if the fault is to come within or after it.</summary>
    private async ValueTask<bool> EnterAsync(string call, string name, CancellationToken cancellationToken)
    {
        if (Delay > TimeSpan.Zero)
        {
            await Task.Delay(Delay, cancellationToken).ConfigureAwait(false);
        }

        ThrowIfDead(call, name);
        if (Interlocked.Increment(ref _calls) != FaultAt)
        {
            return false;
        }

        FaultedCall = $"{call} {name}";
        if (Kind is FaultKind.DieBefore or FaultKind.FailBefore)
        {
            await FaultAsync(call, name).ConfigureAwait(false);
        }

        return true;
    }

    private ValueTask LeaveAsync(bool fault, string call, string name)
    {
        if (fault)
        {
            return FaultAsync(call, name);
        }

        // Another thread may have ended the process meanwhile: nobody hears of the result.
        ThrowIfDead(call, name);
        return ValueTask.CompletedTask;
    }

    private async ValueTask FaultAsync(string call, string name)
    {
        if (Kind is FaultKind.DieBefore or FaultKind.DieAfter or FaultKind.DieTorn)
        {
            await KillAsync().ConfigureAwait(false);
        }

        throw Error(call, name);
    }

    private void ThrowIfDead(string call, string name)
    {
        if (_dead)
        {
            throw Error(call, name);
        }
    }

    private VtException Error(string call, string name) => new(
        call is "read" or "list" or "look at" ? VtErrorId.StoreReadFailed : VtErrorId.StoreWriteFailed, $"A fault made by a test: {call} '{name}' failed.", Location);

    private sealed class Upload(FaultyStorage storage, IObjectUpload inner, string name) : IObjectUpload
    {
        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            bool fault = await storage.EnterAsync("write", name, cancellationToken).ConfigureAwait(false);
            await inner.WriteAsync(fault && storage.Kind == FaultKind.DieTorn ? bytes[..(bytes.Length / 2)] : bytes, cancellationToken).ConfigureAwait(false);
            await storage.LeaveAsync(fault, "write", name).ConfigureAwait(false);
        }

        public async ValueTask CommitAsync(CancellationToken cancellationToken)
        {
            bool fault = await storage.EnterAsync("commit", name, cancellationToken).ConfigureAwait(false);
            if (!fault || storage.Kind != FaultKind.DieTorn)
            {
                await inner.CommitAsync(cancellationToken).ConfigureAwait(false);
            }

            await storage.LeaveAsync(fault, "commit", name).ConfigureAwait(false);
        }

        /// <summary>A dead process does not tidy up.</summary>
        public ValueTask DisposeAsync() => storage.IsDead ? ValueTask.CompletedTask : inner.DisposeAsync();
    }
}
