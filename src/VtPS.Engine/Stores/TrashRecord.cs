using System.Text.Json;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>A trash object: the data files that an optimize run has given up. It is a hint; whoever deletes them marks anew.</summary>
/// <param name="Name">The object's name in the Store.</param>
/// <param name="Files">The data files it names.</param>
internal sealed record TrashRecord(string Name, IReadOnlyList<DataFileId> Files)
{
    /// <summary>The longest that a trash object can be, in bytes.</summary>
    public const int MaximumLength = 64 << 20;

    public static string NewName() => $"{StoreNames.Trash}{DataFileId.New()}.json";

    public static byte[] Write(IEnumerable<DataFileId> files) => CheckedJson.Write(writer =>
    {
        writer.WriteStartArray("files");
        foreach (DataFileId file in files)
        {
            writer.WriteStringValue(file.ToString());
        }

        writer.WriteEndArray();
    });

    /// <exception cref="VtException">DataFileDamaged: it cannot be understood.</exception>
    public static TrashRecord Read(string name, byte[] bytes, string location)
    {
        try
        {
            List<DataFileId> files = [];
            using JsonDocument document = CheckedJson.Read(bytes, name);
            foreach (JsonElement file in document.RootElement.GetProperty("files").EnumerateArray())
            {
                if (!DataFileId.TryParse(file.GetString(), out DataFileId id))
                {
                    throw new InvalidDataException($"'{name}' names '{file.GetString()}', which is no data file.");
                }

                files.Add(id);
            }

            return new TrashRecord(name, files);
        }
        catch (Exception e) when (e is InvalidDataException or KeyNotFoundException or InvalidOperationException)
        {
            throw Damaged(name, location, e);
        }
    }

    /// <summary>The error for a trash object that cannot be understood.</summary>
    public static VtException Damaged(string name, string location, Exception cause) =>
        new(VtErrorId.DataFileDamaged, $"The Store at '{location}' has a trash object that cannot be understood: {cause.Message} Nothing was changed. Repair-VtStore -Salvage puts one in its place that names whatever it can have named.", name, cause);
}
