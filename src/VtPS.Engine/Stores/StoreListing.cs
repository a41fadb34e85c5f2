using System.Text.Json;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>One look at a Store: first its trash, then its data files, in that order.</summary>
internal sealed class StoreListing
{
    private const int MaximumTrashLength = 64 << 20;

    private StoreListing(List<string> trash, HashSet<DataFileId> givenUp, Dictionary<DataFileId, long> files)
    {
        Trash = trash;
        GivenUp = givenUp;
        Files = files;
    }

    /// <summary>The names of the trash objects that were read.</summary>
    public IReadOnlyList<string> Trash { get; }

    /// <summary>The data files that they name.</summary>
    public IReadOnlySet<DataFileId> GivenUp { get; }

    /// <summary>The data files and their lengths in bytes.</summary>
    public IReadOnlyDictionary<DataFileId, long> Files { get; }

    /// <summary>Looks. Trash comes before data files: a file given up and deleted in between is then in neither list.</summary>
    /// <exception cref="VtException">StoreReadFailed, DataFileDamaged for a trash object that cannot be understood.</exception>
    public static async ValueTask<StoreListing> ReadAsync(IObjectStorage storage, CancellationToken cancellationToken)
    {
        List<string> trash = [];
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
                bytes = await storage.GetAsync(info.Name, MaximumTrashLength, cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectNotFoundException)
            {
                // It goes last, after the files that it names: those will not be listed below.
                continue;
            }

            ReadTrash(info.Name, bytes, storage.Location, givenUp);
            trash.Add(info.Name);
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

    private static void ReadTrash(string name, byte[] bytes, string location, HashSet<DataFileId> givenUp)
    {
        try
        {
            using JsonDocument document = CheckedJson.Read(bytes, name);
            foreach (JsonElement file in document.RootElement.GetProperty("files").EnumerateArray())
            {
                if (!DataFileId.TryParse(file.GetString(), out DataFileId id))
                {
                    throw new InvalidDataException($"'{name}' names '{file.GetString()}', which is no data file.");
                }

                givenUp.Add(id);
            }
        }
        catch (Exception e) when (e is InvalidDataException or KeyNotFoundException or InvalidOperationException)
        {
            throw new VtException(VtErrorId.DataFileDamaged, $"The Store at '{location}' has a trash object that cannot be understood: {e.Message} Nothing was changed. Run Test-VtStore to see what else is damaged.", name, e);
        }
    }
}
