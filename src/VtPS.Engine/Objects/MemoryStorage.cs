using System.Runtime.CompilerServices;

namespace VtPS.Engine.Objects;

/// <summary>Objects in memory: the twin of <see cref="LocalFolderStorage"/> for tests, with the same promises but that of surviving the process. Safe for use by many threads.</summary>
internal sealed class MemoryStorage(string location = "memory:") : IObjectStorage
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, StoredObject> _objects = new(StringComparer.Ordinal);
    private bool _disposed;

    /// <inheritdoc/>
    public string Location { get; } = location;

    /// <inheritdoc/>
    public ValueTask<IObjectUpload> BeginPutAsync(string name, string owner, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);
        ObjectNames.CheckOwner(owner);
        return ValueTask.FromResult<IObjectUpload>(new MemoryUpload(this, name));
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        byte[] bytes = Find(name)?.Bytes ?? throw new ObjectNotFoundException(name, Location);
        if (offset >= bytes.Length)
        {
            return ValueTask.FromResult(0);
        }

        int count = Math.Min(buffer.Length, bytes.Length - (int)offset);
        bytes.AsSpan((int)offset, count).CopyTo(buffer.Span);
        return ValueTask.FromResult(count);
    }

    /// <inheritdoc/>
    public ValueTask<long?> GetLengthAsync(string name, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);
        return ValueTask.FromResult<long?>(Find(name)?.Bytes.Length);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ObjectNames.CheckPrefix(prefix);
        List<ObjectInfo> found = [];
        lock (_gate)
        {
            foreach ((string name, StoredObject stored) in _objects)
            {
                if (name.StartsWith(prefix, StringComparison.Ordinal))
                {
                    found.Add(new ObjectInfo(name, stored.Bytes.Length));
                }
            }
        }

        // As with every other storage, the caller goes on elsewhere.
        await Task.Yield();
        foreach (ObjectInfo info in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return info;
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);
        lock (_gate)
        {
            _objects.Remove(name);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IAsyncDisposable?> TryPutLockedAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);
        StoredObject stored = new(bytes.ToArray()) { IsLocked = true };
        lock (_gate)
        {
            if (!_objects.TryAdd(name, stored))
            {
                throw new ObjectExistsException(name, Location);
            }
        }

        return ValueTask.FromResult<IAsyncDisposable?>(stored);
    }

    /// <inheritdoc/>
    public ValueTask<bool?> IsLockedAsync(string name, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);
        return ValueTask.FromResult(Find(name)?.IsLocked);
    }

    /// <inheritdoc/>
    public ValueTask FlushNamesAsync(IReadOnlyCollection<string> folders, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>There are none: an upload's bytes are its own until it is committed.</remarks>
    public ValueTask<IReadOnlyList<UnfinishedUpload>> ListUnfinishedAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<UnfinishedUpload>>([]);
    }

    /// <inheritdoc/>
    public ValueTask SweepUnfinishedAsync(string owner, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ObjectNames.CheckOwner(owner);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    /// <summary>Another storage with the same objects, as it would be found after a start of the machine: without locks.</summary>
    internal MemoryStorage Copy()
    {
        MemoryStorage copy = new(Location);
        lock (_gate)
        {
            foreach ((string name, StoredObject stored) in _objects)
            {
                copy._objects.Add(name, new StoredObject(stored.Bytes));
            }
        }

        return copy;
    }

    /// <summary>Puts an object if its name is free or has the same bytes.</summary>
    internal void Put(string name, byte[] bytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        lock (_gate)
        {
            if (!_objects.TryAdd(name, new StoredObject(bytes)) && !_objects[name].Bytes.AsSpan().SequenceEqual(bytes))
            {
                throw new ObjectExistsException(name, Location);
            }
        }
    }

    private void Begin(string name, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        ObjectNames.Check(name);
    }

    private StoredObject? Find(string name)
    {
        lock (_gate)
        {
            return _objects.GetValueOrDefault(name);
        }
    }

    /// <summary>An object, and the holder of its lock.</summary>
    private sealed class StoredObject(byte[] bytes) : IAsyncDisposable
    {
        private volatile bool _locked;

        public byte[] Bytes { get; } = bytes;

        public bool IsLocked
        {
            get => _locked;
            init => _locked = value;
        }

        public ValueTask DisposeAsync()
        {
            _locked = false;
            return ValueTask.CompletedTask;
        }
    }
}
