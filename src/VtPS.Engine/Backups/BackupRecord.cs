using System.Globalization;
using System.Text.Json;
using VtPS.Engine.IO;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Backups;

/// <summary>The object backups/id.json and its amendments backups/id.n.json.</summary>
internal static class BackupRecord
{
    /// <summary>The longest that a backup object can be, in bytes.</summary>
    public const int MaximumLength = 64 << 20;

    /// <summary>The object's bytes.</summary>
    public static byte[] Write(VtBackup backup) => CheckedJson.Write(writer =>
    {
        writer.WriteString("id", backup.Id);
        writer.WriteString("host", backup.HostName);
        writer.WriteString("user", backup.UserName);
        writer.WriteString("subset", backup.Subset);
        WriteStrings(writer, "sources", backup.SourcePath);
        if (backup.SourceRoot is { } root)
        {
            writer.WriteString("sourceRoot", PathText.Format(root));
        }

        WriteRules(writer, backup.Rules);
        WriteStrings(writer, "tags", backup.Tag);
        if (backup.Comment is not null)
        {
            writer.WriteString("comment", backup.Comment);
        }

        writer.WriteString("status", backup.Status.ToString());
        writer.WriteString("started", backup.StartTime.ToUniversalTime());
        writer.WriteString("ended", backup.EndTime.ToUniversalTime());
        writer.WriteString("root", backup.Root);
        if (backup.SideCar is { } sideCar)
        {
            writer.WriteString("sideCar", sideCar.ToString());
        }

        WriteStrings(writer, "basedOn", backup.BasedOn);
        writer.WriteStartObject("counts");
        foreach ((string name, long count) in Counts(backup))
        {
            writer.WriteNumber(name, count);
        }

        writer.WriteEndObject();
        writer.WriteString("version", backup.ProgramVersion);
    });

    /// <summary>Reads the object.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or is not the backup of that id.</exception>
    public static VtBackup Read(byte[] bytes, string id, VtStore store)
    {
        string name = StoreNames.Backup(id);
        using JsonDocument document = CheckedJson.Read(bytes, name);
        JsonElement root = document.RootElement;
        try
        {
            if (root.GetProperty("id").GetString() != id)
            {
                throw new InvalidDataException($"'{name}' is the record of another backup, {root.GetProperty("id").GetString()}.");
            }

            JsonElement counts = root.GetProperty("counts");
            long Count(string key) => counts.TryGetProperty(key, out JsonElement count) ? count.GetInt64() : 0;
            return new VtBackup
            {
                Id = id,
                Store = store.Path,
                StoreId = store.StoreId,
                Origin = store,
                HostName = Text(root.GetProperty("host")),
                UserName = Text(root.GetProperty("user")),
                Subset = Text(root.GetProperty("subset")),
                SourcePath = ReadStrings(root, "sources"),
                SourceRoot = root.TryGetProperty("sourceRoot", out JsonElement sourceRoot) ? PathText.Parse(sourceRoot.GetString()) : null,
                Rules = ReadRules(root),
                Tag = ReadStrings(root, "tags"),
                Comment = root.TryGetProperty("comment", out JsonElement comment) ? comment.GetString() : null,
                Status = ReadStatus(root),
                StartTime = root.GetProperty("started").GetDateTime().ToLocalTime(),
                EndTime = root.GetProperty("ended").GetDateTime().ToLocalTime(),
                Root = VtBlockReference.Parse(root.GetProperty("root").GetString()!).ToString(),
                SideCar = root.TryGetProperty("sideCar", out JsonElement sideCar) ? VtBlockReference.Parse(sideCar.GetString()!) : null,
                BasedOn = ReadStrings(root, "basedOn"),
                FileCount = Count("files"),
                DirectoryCount = Count("directories"),
                OtherCount = Count("others"),
                FilesNew = Count("filesNew"),
                FilesChanged = Count("filesChanged"),
                FilesUnchanged = Count("filesUnchanged"),
                FilesChangedWhileRead = Count("filesChangedWhileRead"),
                ItemsDenied = Count("denied"),
                ItemsVanished = Count("vanished"),
                ItemsFailed = Count("failed"),
                SocketsIgnored = Count("sockets"),
                ItemsExcluded = Count("excluded"),
                MetadataNotCaptured = Count("notCaptured"),
                BytesTotal = Count("bytesTotal"),
                BytesRead = Count("bytesRead"),
                BytesNew = Count("bytesNew"),
                BytesStored = Count("bytesStored"),
                BlocksNew = Count("blocksNew"),
                DataBlocksNew = Count("dataBlocksNew"),
                BlocksKnown = Count("blocksKnown"),
                ProgramVersion = Text(root.GetProperty("version")),
            };
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"'{name}' cannot be understood: {e.Message}", e);
        }
    }

    /// <summary>An amendment's bytes: all that can be amended, as it is from then on.</summary>
    public static byte[] WriteAmendment(string id, long number, IReadOnlyList<string> tags, string? comment, bool pinned) => CheckedJson.Write(writer =>
    {
        writer.WriteString("id", id);
        writer.WriteString("number", number.ToString(CultureInfo.InvariantCulture));
        WriteStrings(writer, "tags", tags);
        if (comment is not null)
        {
            writer.WriteString("comment", comment);
        }

        writer.WriteBoolean("pinned", pinned);
    });

    /// <summary>Reads an amendment and applies it to the backup's record.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or is not that amendment of that backup.</exception>
    public static VtBackup ApplyAmendment(byte[] bytes, VtBackup backup, long number)
    {
        string name = StoreNames.Amendment(backup.Id, number);
        using JsonDocument document = CheckedJson.Read(bytes, name);
        JsonElement root = document.RootElement;
        try
        {
            if (root.GetProperty("id").GetString() != backup.Id || root.GetProperty("number").GetString() != number.ToString(CultureInfo.InvariantCulture))
            {
                throw new InvalidDataException($"'{name}' is an amendment of something else.");
            }

            return backup.With(
                ReadStrings(root, "tags"),
                root.TryGetProperty("comment", out JsonElement comment) ? comment.GetString() : null,
                root.GetProperty("pinned").GetBoolean());
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"'{name}' cannot be understood: {e.Message}", e);
        }
    }

    private static (string Name, long Count)[] Counts(VtBackup backup) =>
    [
        ("files", backup.FileCount),
        ("directories", backup.DirectoryCount),
        ("others", backup.OtherCount),
        ("filesNew", backup.FilesNew),
        ("filesChanged", backup.FilesChanged),
        ("filesUnchanged", backup.FilesUnchanged),
        ("filesChangedWhileRead", backup.FilesChangedWhileRead),
        ("denied", backup.ItemsDenied),
        ("vanished", backup.ItemsVanished),
        ("failed", backup.ItemsFailed),
        ("sockets", backup.SocketsIgnored),
        ("excluded", backup.ItemsExcluded),
        ("notCaptured", backup.MetadataNotCaptured),
        ("bytesTotal", backup.BytesTotal),
        ("bytesRead", backup.BytesRead),
        ("bytesNew", backup.BytesNew),
        ("bytesStored", backup.BytesStored),
        ("blocksNew", backup.BlocksNew),
        ("dataBlocksNew", backup.DataBlocksNew),
        ("blocksKnown", backup.BlocksKnown),
    ];

    private static void WriteRules(Utf8JsonWriter writer, BackupRules rules)
    {
        if (rules.IsEmpty)
        {
            return;
        }

        writer.WriteStartObject("rules");
        WriteStrings(writer, "exclude", rules.Exclude);
        writer.WriteBoolean("excludeCaches", rules.ExcludeCaches);
        if (rules.ExcludeLargerThan is { } limit)
        {
            writer.WriteNumber("excludeLargerThan", limit);
        }

        writer.WriteBoolean("oneFileSystem", rules.OneFileSystem);
        writer.WriteEndObject();
    }

    private static BackupRules ReadRules(JsonElement root) => !root.TryGetProperty("rules", out JsonElement rules) ? new BackupRules() : new BackupRules
    {
        Exclude = ReadStrings(rules, "exclude"),
        ExcludeCaches = rules.GetProperty("excludeCaches").GetBoolean(),
        ExcludeLargerThan = rules.TryGetProperty("excludeLargerThan", out JsonElement limit) ? limit.GetInt64() : null,
        OneFileSystem = rules.GetProperty("oneFileSystem").GetBoolean(),
    };

    private static void WriteStrings(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    /// <summary>A status by its name: a number, or several names, is none.</summary>
    private static VtBackupStatus ReadStatus(JsonElement root)
    {
        string text = Text(root.GetProperty("status"));
        return Enum.IsDefined(typeof(VtBackupStatus), text) ? Enum.Parse<VtBackupStatus>(text) : throw new FormatException($"'{text}' is not a status that this version knows.");
    }

    /// <summary>A string that must be there: null is none.</summary>
    private static string Text(JsonElement element) => element.GetString() ?? throw new FormatException("A null stands where a text must be.");

    private static string[] ReadStrings(JsonElement root, string name) => [.. root.GetProperty(name).EnumerateArray().Select(Text)];
}
