using VtPS.Engine.Objects;

namespace VtPS.Engine.Tests.Support;

/// <summary>A storage that lets a test step in: before an object gets its name, and after it has it.</summary>
internal sealed class HookedStorage(IObjectStorage inner) : IObjectStorage
{
    /// <summary>Called before bytes of an object are written; what it throws the write throws.</summary>
    public Action<string>? Writing { get; set; }

    /// <summary>Called before an object gets its name; what it throws the commit throws.</summary>
    public Action<string>? Committing { get; set; }

    /// <summary>Called once an object has its name.</summary>
    public Func<string, Task>? Committed { get; set; }

    public string Location => inner.Location;

    public string? LockDomain => inner.LockDomain;

    // One call after the other, in an order that can be told again.
    public int Concurrency => 1;

    public async ValueTask<IObjectUpload> BeginPutAsync(string name, string owner, CancellationToken cancellationToken) =>
        new Upload(this, name, await inner.BeginPutAsync(name, owner, cancellationToken));

    public ValueTask<int> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken) => inner.ReadAsync(name, offset, buffer, cancellationToken);

    public ValueTask<long?> GetLengthAsync(string name, CancellationToken cancellationToken) => inner.GetLengthAsync(name, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);

    public ValueTask<IAsyncDisposable?> TryPutLockedAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => inner.TryPutLockedAsync(name, bytes, cancellationToken);

    public ValueTask<bool?> IsLockedAsync(string name, CancellationToken cancellationToken) => inner.IsLockedAsync(name, cancellationToken);

    public ValueTask FlushNamesAsync(IReadOnlyCollection<string> folders, CancellationToken cancellationToken) => inner.FlushNamesAsync(folders, cancellationToken);

    public ValueTask<IReadOnlyList<UnfinishedUpload>> ListUnfinishedAsync(CancellationToken cancellationToken) => inner.ListUnfinishedAsync(cancellationToken);

    public ValueTask SweepUnfinishedAsync(string owner, CancellationToken cancellationToken) => inner.SweepUnfinishedAsync(owner, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Upload(HookedStorage storage, string name, IObjectUpload inner) : IObjectUpload
    {
        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            storage.Writing?.Invoke(name);
            return inner.WriteAsync(bytes, cancellationToken);
        }

        public async ValueTask CommitAsync(CancellationToken cancellationToken)
        {
            storage.Committing?.Invoke(name);
            await inner.CommitAsync(cancellationToken);
            if (storage.Committed is { } committed)
            {
                await committed(name);
            }
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
