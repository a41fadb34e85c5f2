using System.Runtime.CompilerServices;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Tests.Faults;

/// <summary>A storage that asks before each call: what is asked may wait, change the Store, or throw. Disposing of it leaves the inner storage open.</summary>
/// <param name="inner">The storage.</param>
/// <param name="before">Awaited before each call, with the object's name (of a listing its prefix, of a sweep the owner).</param>
internal sealed class HookedStorage(IObjectStorage inner, Func<StorageCall, string, Task> before) : IObjectStorage
{
    public string Location => inner.Location;

    public string? LockDomain => inner.LockDomain;

    // One call after the other, in an order that can be told again.
    public int Concurrency => 1;

    public async ValueTask<IObjectUpload> BeginPutAsync(string name, string owner, CancellationToken cancellationToken)
    {
        await before(StorageCall.Begin, name).ConfigureAwait(false);
        return new Upload(await inner.BeginPutAsync(name, owner, cancellationToken).ConfigureAwait(false), name, before);
    }

    public async ValueTask<int> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await before(StorageCall.Read, name).ConfigureAwait(false);
        return await inner.ReadAsync(name, offset, buffer, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<long?> GetLengthAsync(string name, CancellationToken cancellationToken)
    {
        await before(StorageCall.Look, name).ConfigureAwait(false);
        return await inner.GetLengthAsync(name, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await before(StorageCall.List, prefix).ConfigureAwait(false);
        List<ObjectInfo> all = await inner.ListAllAsync(prefix, cancellationToken).ConfigureAwait(false);

        // In one order, so that a run can be repeated.
        all.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        foreach (ObjectInfo info in all)
        {
            yield return info;
        }
    }

    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken)
    {
        await before(StorageCall.Delete, name).ConfigureAwait(false);
        await inner.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IAsyncDisposable?> TryPutLockedAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await before(StorageCall.PutLocked, name).ConfigureAwait(false);
        return await inner.TryPutLockedAsync(name, bytes, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool?> IsLockedAsync(string name, CancellationToken cancellationToken)
    {
        await before(StorageCall.LookAtLock, name).ConfigureAwait(false);
        return await inner.IsLockedAsync(name, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask FlushNamesAsync(IReadOnlyCollection<string> folders, CancellationToken cancellationToken) => inner.FlushNamesAsync(folders, cancellationToken);

    public ValueTask<IReadOnlyList<UnfinishedUpload>> ListUnfinishedAsync(CancellationToken cancellationToken) => inner.ListUnfinishedAsync(cancellationToken);

    public async ValueTask SweepUnfinishedAsync(string owner, CancellationToken cancellationToken)
    {
        await before(StorageCall.Sweep, owner).ConfigureAwait(false);
        await inner.SweepUnfinishedAsync(owner, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Upload(IObjectUpload inner, string name, Func<StorageCall, string, Task> before) : IObjectUpload
    {
        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            await before(StorageCall.Write, name).ConfigureAwait(false);
            await inner.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }

        public async ValueTask CommitAsync(CancellationToken cancellationToken)
        {
            await before(StorageCall.Commit, name).ConfigureAwait(false);
            await inner.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
