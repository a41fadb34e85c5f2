using VtPS.Engine.Encryption;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>
/// The storage of an encrypted Store, unlocked: backups, amendments, leases, beats and trash objects are sealed on their way in and opened on their way out, and
/// a plain one is refused as damaged. Data files, whose records are sealed one by one, and everything else pass through as they are.
/// Safe for use by many threads.
/// </summary>
internal sealed class SealedStorage(IObjectStorage inner, KeyRing ring) : IObjectStorage, IWholeObjects
{
    public string Location => inner.Location;

    public string? LockDomain => inner.LockDomain;

    public int Concurrency => inner.Concurrency;

    /// <summary>The storage beneath, with the objects as they lie there.</summary>
    public IObjectStorage Inner => inner;

    /// <summary>The distant storage that a storage is, sealed or not; null where it is near.</summary>
    public static IDistantStorage? FindDistant(IObjectStorage storage) => (storage is SealedStorage { Inner: var inner } ? inner : storage) as IDistantStorage;

    public async ValueTask<IObjectUpload> BeginPutAsync(string name, string owner, CancellationToken cancellationToken)
    {
        IObjectUpload upload = await inner.BeginPutAsync(name, owner, cancellationToken).ConfigureAwait(false);
        return IsSealed(name) ? new SealedUpload(upload, ring, name) : upload;
    }

    public async ValueTask<int> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!IsSealed(name))
        {
            return await inner.ReadAsync(name, offset, buffer, cancellationToken).ConfigureAwait(false);
        }

        byte[] content = await GetAsync(name, Array.MaxLength, cancellationToken).ConfigureAwait(false);
        int count = (int)Math.Clamp(content.Length - offset, 0, buffer.Length);
        content.AsMemory((int)Math.Min(offset, content.Length), count).CopyTo(buffer);
        return count;
    }

    /// <inheritdoc/>
    /// <remarks>Of a sealed object this is the length as it lies there: a little more than that of its content.</remarks>
    public ValueTask<long?> GetLengthAsync(string name, CancellationToken cancellationToken) => inner.GetLengthAsync(name, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<byte[]> GetAsync(string name, int maximum, CancellationToken cancellationToken)
    {
        if (!IsSealed(name))
        {
            return await inner.GetAsync(name, maximum, cancellationToken).ConfigureAwait(false);
        }

        // Room for the seal and its padding.
        int most = (int)Math.Min(Array.MaxLength, (long)maximum + (maximum / 8) + 1024);
        return ObjectSeal.Open(ring, name, await inner.GetAsync(name, most, cancellationToken).ConfigureAwait(false));
    }

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    public ValueTask DeleteAsync(string name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);

    public ValueTask<IAsyncDisposable?> TryPutLockedAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        inner.TryPutLockedAsync(name, IsSealed(name) ? ObjectSeal.Close(ring, name, bytes.Span) : bytes, cancellationToken);

    public ValueTask<bool?> IsLockedAsync(string name, CancellationToken cancellationToken) => inner.IsLockedAsync(name, cancellationToken);

    public ValueTask FlushNamesAsync(IReadOnlyCollection<string> folders, CancellationToken cancellationToken) => inner.FlushNamesAsync(folders, cancellationToken);

    public ValueTask<IReadOnlyList<UnfinishedUpload>> ListUnfinishedAsync(CancellationToken cancellationToken) => inner.ListUnfinishedAsync(cancellationToken);

    public ValueTask SweepUnfinishedAsync(string owner, CancellationToken cancellationToken) => inner.SweepUnfinishedAsync(owner, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static bool IsSealed(string name) =>
        name.StartsWith(StoreNames.Backups, StringComparison.Ordinal)
        || name.StartsWith(StoreNames.Leases, StringComparison.Ordinal)
        || name.StartsWith(StoreNames.Trash, StringComparison.Ordinal);
}
