using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>One look at a Store: first its trash, then its data files, in that order.</summary>
internal sealed class StoreListing
{
    /// <summary>What is listed, in this order.</summary>
    public static readonly string[] Prefixes = [StoreNames.Trash, StoreNames.Data];

    private static long _begun;

    private StoreListing(long number, List<TrashRecord> trash, HashSet<DataFileId> givenUp, Dictionary<DataFileId, long> files)
    {
        Number = number;
        Trash = trash;
        GivenUp = givenUp;
        Files = files;
    }

    /// <summary>Higher than that of every look that was begun before this one.</summary>
    public long Number { get; }

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
    /// <param name="onDamagedTrash">
    /// For whoever only reads and needs no trash, so that damage there keeps nobody from a restore: told of each trash object that cannot be understood, which is
    /// then passed over. Null, as for every writer: that is an error.
    /// </param>
    /// <exception cref="VtException">StoreReadFailed, DataFileDamaged for a trash object that cannot be understood.</exception>
    public static async ValueTask<StoreListing> ReadAsync(IObjectStorage storage, CancellationToken cancellationToken, ProtocolRules? rules = null, Action<VtException>? onDamagedTrash = null)
    {
        long number = Interlocked.Increment(ref _begun);
        List<TrashRecord> trash = [];
        Dictionary<DataFileId, long> files = [];
        if (rules is { TrashBeforeFiles: false })
        {
            await ListFilesAsync(storage, files, cancellationToken).ConfigureAwait(false);
            await ListTrashAsync(storage, trash, onDamagedTrash, cancellationToken).ConfigureAwait(false);
        }
        else if (SealedStorage.FindDistant(storage) is not { } distant || !await TryListAsync(distant, files, cancellationToken).ConfigureAwait(false))
        {
            await ListTrashAsync(storage, trash, onDamagedTrash, cancellationToken).ConfigureAwait(false);
            await ListFilesAsync(storage, files, cancellationToken).ConfigureAwait(false);
        }

        HashSet<DataFileId> givenUp = [];
        foreach (TrashRecord record in trash)
        {
            givenUp.UnionWith(record.Files);
        }

        return new StoreListing(number, trash, givenUp, files);
    }

    /// <summary>
    /// Lists the data files of a Store without trash, by one question. False where there is trash: that must be read before the data files are listed, for it may go,
    /// and they before it, at any time.
    /// </summary>
    private static async ValueTask<bool> TryListAsync(IDistantStorage storage, Dictionary<DataFileId, long> files, CancellationToken cancellationToken)
    {
        foreach (ObjectInfo info in await storage.ListInOrderAsync(Prefixes, cancellationToken).ConfigureAwait(false))
        {
            if (StoreNames.TryParseNumbered(StoreNames.Trash, info.Name, out _, out _))
            {
                files.Clear();
                return false;
            }

            if (StoreNames.TryParseDataFile(info.Name, out DataFileId id))
            {
                files[id] = info.Length;
            }
        }

        return true;
    }

    private static async ValueTask ListTrashAsync(IObjectStorage storage, List<TrashRecord> trash, Action<VtException>? onDamagedTrash, CancellationToken cancellationToken)
    {
        List<ObjectInfo> listed = await storage.ListAllAsync(StoreNames.Trash, cancellationToken).ConfigureAwait(false);
        listed.RemoveAll(info => !StoreNames.TryParseNumbered(StoreNames.Trash, info.Name, out _, out _));
        foreach (TrashRecord? record in await storage.ForAllAsync(listed, (info, token) => ReadTrashAsync(storage, info.Name, onDamagedTrash, token), cancellationToken).ConfigureAwait(false))
        {
            if (record is not null)
            {
                trash.Add(record);
            }
        }
    }

    /// <summary>One trash object; null where it is gone, or damaged and passed over.</summary>
    private static async ValueTask<TrashRecord?> ReadTrashAsync(IObjectStorage storage, string name, Action<VtException>? onDamagedTrash, CancellationToken cancellationToken)
    {
        try
        {
            return TrashRecord.Read(name, await storage.GetAsync(name, TrashRecord.MaximumLength, cancellationToken).ConfigureAwait(false), storage.Location);
        }
        catch (ObjectNotFoundException)
        {
            // It goes last, after the files that it names: those will not be listed later.
            return null;
        }
        catch (InvalidDataException e)
        {
            VtException damage = TrashRecord.Damaged(name, storage.Location, e);
            if (onDamagedTrash is null)
            {
                throw damage;
            }

            onDamagedTrash(damage);
            return null;
        }
        catch (VtException e) when (onDamagedTrash is not null && e.ErrorId == VtErrorId.DataFileDamaged)
        {
            onDamagedTrash(e);
            return null;
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
