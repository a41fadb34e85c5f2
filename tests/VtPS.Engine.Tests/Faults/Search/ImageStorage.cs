using VtPS.Engine.Objects;

namespace VtPS.Engine.Tests.Faults.Search;

/// <summary>
/// What one actor has for its storage in a search: an image that can be replaced between its calls. It notes what is asked of it, and what the actor changes.
/// Safe for use by many threads.
/// </summary>
internal sealed class ImageStorage(StoreImage image, ObjectTable objects, int owner) : IObjectStorage
{
    private readonly Lock _gate = new();
    private readonly List<ImageChange> _changes = [];
    private readonly Dictionary<(StorageCall Call, string Name), ulong> _seen = [];
    private StoreImage _image = image;

    public string Location => "memory:";

    // One call after the other, in an order that can be told again.
    public int Concurrency => 1;

    /// <summary>Puts another image in the place of what there is, and forgets what was noted.</summary>
    public void Replace(StoreImage image)
    {
        lock (_gate)
        {
            _image = image;
            _changes.Clear();
            _seen.Clear();
        }
    }

    /// <summary>What was changed and looked at since <see cref="Replace"/>.</summary>
    public (ImageChange[] Changes, Observation[] Seen) Noted()
    {
        lock (_gate)
        {
            return ([.. _changes], [.. _seen.Select(s => new Observation(s.Key.Call, s.Key.Name, s.Value))]);
        }
    }

    public ValueTask<IObjectUpload> BeginPutAsync(string name, string owner, CancellationToken cancellationToken) => ValueTask.FromResult<IObjectUpload>(new Upload(this, name));

    public ValueTask<int> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        byte[] bytes = (Look(StorageCall.Read, name).Find(name) ?? throw new ObjectNotFoundException(name, Location)).Bytes;
        int count = (int)Math.Clamp(bytes.Length - offset, 0, buffer.Length);
        bytes.AsMemory((int)Math.Min(offset, bytes.Length), count).CopyTo(buffer);
        return ValueTask.FromResult(count);
    }

    public ValueTask<long?> GetLengthAsync(string name, CancellationToken cancellationToken) =>
        ValueTask.FromResult<long?>(Look(StorageCall.Look, name).Find(name)?.Bytes.Length);

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredObject> all = Look(StorageCall.List, prefix).Objects;
        await Task.CompletedTask;
        foreach (StoredObject stored in all)
        {
            if (stored.Name.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield return new ObjectInfo(stored.Name, stored.Bytes.Length);
            }
        }
    }

    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken)
    {
        Change(new ImageChange(name, null));
        return ValueTask.CompletedTask;
    }

    public ValueTask<IAsyncDisposable?> TryPutLockedAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Put(StorageCall.PutLocked, name, bytes.ToArray(), owner);
        return ValueTask.FromResult<IAsyncDisposable?>(new Held(this, name));
    }

    public ValueTask<bool?> IsLockedAsync(string name, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Look(StorageCall.LookAtLock, name).Find(name) is { } stored ? stored.Holder != StoredObject.Free : (bool?)null);

    public ValueTask FlushNamesAsync(IReadOnlyCollection<string> folders, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<IReadOnlyList<UnfinishedUpload>> ListUnfinishedAsync(CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<UnfinishedUpload>>([]);

    public ValueTask SweepUnfinishedAsync(string owner, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private StoreImage Look(StorageCall call, string name)
    {
        lock (_gate)
        {
            _seen.TryAdd((call, name), _image.Observe(call, name));
            return _image;
        }
    }

    private void Put(StorageCall call, string name, byte[] bytes, int holder)
    {
        StoredObject stored = objects.Intern(name, bytes, holder);
        lock (_gate)
        {
            if (_image.Find(stored.Name) is { } other)
            {
                if (call == StorageCall.PutLocked || other.Identity != stored.Identity)
                {
                    throw new ObjectExistsException(stored.Name, Location);
                }

                return;
            }

            Change(new ImageChange(stored.Name, stored));
        }
    }

    private void Change(ImageChange change)
    {
        lock (_gate)
        {
            _changes.Add(change);
            _image = change.ApplyTo(_image);
        }
    }

    private void Unlock(string name)
    {
        lock (_gate)
        {
            if (_image.Find(name) is { } stored && stored.Holder == owner)
            {
                Change(new ImageChange(name, stored.HeldBy(StoredObject.Free)));
            }
        }
    }

    private sealed class Held(ImageStorage storage, string name) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            storage.Unlock(name);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Upload(ImageStorage storage, string name) : IObjectUpload
    {
        private readonly MemoryStream _bytes = new();

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            _bytes.Write(bytes.Span);
            return ValueTask.CompletedTask;
        }

        public ValueTask CommitAsync(CancellationToken cancellationToken)
        {
            storage.Put(StorageCall.Commit, name, _bytes.ToArray(), StoredObject.Free);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
