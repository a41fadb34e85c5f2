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
    /// <exception cref="VtException">StoreReadFailed, DataFileDamaged for a trash object that cannot be understood.</exception>
    public static async ValueTask<StoreListing> ReadAsync(IObjectStorage storage, CancellationToken cancellationToken)
    {
        List<TrashRecord> trash = [];
        HashSet<DataFileId> givenUp = [];
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

            TrashRecord record = TrashRecord.Read(info.Name, bytes, storage.Location);
            givenUp.UnionWith(record.Files);
            trash.Add(record);
        }

        Dictionary<DataFileId, long> files = [];
        await foreach (ObjectInfo info in storage.ListAsync(StoreNames.Data, cancellationToken).ConfigureAwait(false))
        {
            if (StoreNames.TryParseDataFile(info.Name, out DataFileId id))
            {
                files[id] = info.Length;
            }
        }

        return new StoreListing(trash, givenUp, files);
    }
}
