using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>One look at a Store: first its trash, then its data files, in that order.</summary>
internal sealed class StoreListing
{
    private StoreListing(List<TrashRecord> trash, HashSet<DataFileId> givenUp, Dictionary<DataFileId, long> files)
    {
        Trash = trash;
        GivenUp = givenUp;
        Files = files;
    }

    /// <summary>The trash objects that were read.</summary>
    public IReadOnlyList<TrashRecord> Trash { get; }

    /// <summary>The data files that they name.</summary>
    public IReadOnlySet<DataFileId> GivenUp { get; }

    /// <summary>The data files and their lengths in bytes.</summary>
    public IReadOnlyDictionary<DataFileId, long> Files { get; }

    /// <summary>Looks. Trash comes before data files: a file given up and deleted in between is then in neither list.</summary>
    /// <param name="storage">The Store's storage.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <param name="rules">The rules of deletion; null for all of them.</param>
    /// <param name="onDamaged">Told of a trash object that cannot be understood, for those who only read: what it names can be read as long as it stands. Null: that is an error.</param>
    /// <exception cref="VtException">StoreReadFailed, DataFileDamaged for a trash object that cannot be understood.</exception>
    public static async ValueTask<StoreListing> ReadAsync(IObjectStorage storage, CancellationToken cancellationToken, ProtocolRules? rules = null, Action<VtException>? onDamaged = null)
    {
        List<TrashRecord> trash = [];
        Dictionary<DataFileId, long> files = [];
        if (rules is { TrashBeforeFiles: false })
        {
            await ListFilesAsync(storage, files, cancellationToken).ConfigureAwait(false);
            await ListTrashAsync(storage, trash, onDamaged, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await ListTrashAsync(storage, trash, onDamaged, cancellationToken).ConfigureAwait(false);
            await ListFilesAsync(storage, files, cancellationToken).ConfigureAwait(false);
        }

        HashSet<DataFileId> givenUp = [];
        foreach (TrashRecord record in trash)
        {
            givenUp.UnionWith(record.Files);
        }

        return new StoreListing(trash, givenUp, files);
    }

    private static async ValueTask ListTrashAsync(IObjectStorage storage, List<TrashRecord> trash, Action<VtException>? onDamaged, CancellationToken cancellationToken)
    {
        await foreach (ObjectInfo info in storage.ListAsync(StoreNames.Trash, cancellationToken).ConfigureAwait(false))
        {
            if (!StoreNames.TryParseNumbered(StoreNames.Trash, info.Name, out _, out _))
            {
                continue;
            }

            byte[] bytes;
            try
            {
                bytes = await storage.GetAsync(info.Name, TrashRecord.MaximumLength, cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectNotFoundException)
            {
                // It goes last, after the files that it names: those will not be listed below.
                continue;
            }

            try
            {
                trash.Add(TrashRecord.Read(info.Name, bytes, storage.Location));
            }
            catch (VtException e) when (onDamaged is not null)
            {
                onDamaged(e);
            }
        }
    }

    private static async ValueTask ListFilesAsync(IObjectStorage storage, Dictionary<DataFileId, long> files, CancellationToken cancellationToken)
    {
        await foreach (ObjectInfo info in storage.ListAsync(StoreNames.Data, cancellationToken).ConfigureAwait(false))
        {
            if (StoreNames.TryParseDataFile(info.Name, out DataFileId id))
            {
                files[id] = info.Length;
            }
        }
    }
}
