namespace VtPS.Engine.Objects;

/// <summary>Whole small objects over <see cref="IObjectStorage"/>.</summary>
internal static class ObjectStorageExtensions
{
    /// <summary>Puts a small object if its name is free; see <see cref="IObjectUpload.CommitAsync"/>.</summary>
    public static async ValueTask PutAsync(this IObjectStorage storage, string name, string owner, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        IObjectUpload upload = await storage.BeginPutAsync(name, owner, cancellationToken).ConfigureAwait(false);
        await using (upload.ConfigureAwait(false))
        {
            await upload.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            await upload.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a whole small object.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="name">The object's name.</param>
    /// <param name="maximum">The longest the object may be, in bytes.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ObjectNotFoundException">There is none of that name.</exception>
    /// <exception cref="InvalidDataException">It is longer than <paramref name="maximum"/>.</exception>
    public static async ValueTask<byte[]> GetAsync(this IObjectStorage storage, string name, int maximum, CancellationToken cancellationToken)
    {
        if (storage is IWholeObjects whole)
        {
            return await whole.GetAsync(name, maximum, cancellationToken).ConfigureAwait(false);
        }

        long length = await storage.GetLengthAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new ObjectNotFoundException(name, storage.Location);
        if (length > maximum)
        {
            throw new InvalidDataException($"'{name}' in '{storage.Location}' is {length} bytes long; {maximum} is the most that it can be.");
        }

        byte[] bytes = new byte[length];
        int read = await storage.ReadAsync(name, 0, bytes, cancellationToken).ConfigureAwait(false);
        return read == bytes.Length ? bytes : throw new InvalidDataException($"'{name}' in '{storage.Location}' became shorter while it was read.");
    }

    /// <summary>Lists into memory, whole or not at all.</summary>
    public static async ValueTask<List<ObjectInfo>> ListAllAsync(this IObjectStorage storage, string prefix, CancellationToken cancellationToken)
    {
        List<ObjectInfo> all = [];
        await foreach (ObjectInfo info in storage.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            all.Add(info);
        }

        return all;
    }

    /// <summary>Does something with each of many items, as many at a time as suits the storage.</summary>
    /// <returns>What was got, in the order of the items.</returns>
    public static async ValueTask<TResult[]> ForAllAsync<TItem, TResult>(
        this IObjectStorage storage, IReadOnlyList<TItem> items, Func<TItem, CancellationToken, ValueTask<TResult>> get, CancellationToken cancellationToken)
    {
        TResult[] results = new TResult[items.Count];
        if (storage.Concurrency == 1)
        {
            for (int i = 0; i < results.Length; i++)
            {
                results[i] = await get(items[i], cancellationToken).ConfigureAwait(false);
            }

            return results;
        }

        ParallelOptions options = new() { MaxDegreeOfParallelism = storage.Concurrency, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, results.Length, options, async (i, token) => results[i] = await get(items[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        return results;
    }
}
