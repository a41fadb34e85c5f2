using System.Buffers;
using System.Text.Json;
using VtPS.Engine.Histories;
using VtPS.Engine.Replicas;

namespace VtPS.Engine.Sync;

/// <summary>
/// The history as users read it: one JSON object a line for each change that a scan found and each action that a sync did. Merges do not read it. When it grows beyond
/// 64 MiB it becomes <c>history.old.ndjson</c>, and a new one begins.
/// </summary>
internal static class SyncLog
{
    private const long Longest = 64 << 20;
    private const int Portion = 1 << 18;

    /// <summary>The line of an action that was done.</summary>
    public static VtHistoryEntry Line(string root, string peer, PlannedAction action) => new()
    {
        Root = root,
        Time = DateTime.Now,
        Action = action.Kind,
        Path = action.Path,
        OldPath = action.OldPath,
        ItemType = action.Record.Data.Type,
        Length = action.Record.Data.Length,
        LastWriteTime = action.Record.Attribute.Modified.ToLocalTime(),
        Reference = action.Record.Data.Content?.ToString(),
        Author = Dot.Text(action.Record.Author),
        Peer = peer,
    };

    /// <summary>Appends lines. A line that a crash cut off before gets its end first, so that it takes no other with it.</summary>
    public static void Append(ReplicaFolder folder, IEnumerable<VtHistoryEntry> entries)
    {
        using IEnumerator<VtHistoryEntry> each = entries.GetEnumerator();
        if (!each.MoveNext())
        {
            return;
        }

        FileInfo file = new(folder.Log);
        if (file.Exists && file.Length > Longest)
        {
            File.Move(folder.Log, Old(folder), overwrite: true);
        }

        using FileStream log = new(folder.Log, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        log.Seek(-Math.Min(1, log.Length), SeekOrigin.End);
        if (log.Length > 0 && log.ReadByte() != '\n')
        {
            log.WriteByte((byte)'\n');
        }

        ArrayBufferWriter<byte> lines = new(Portion * 2);
        using Utf8JsonWriter writer = new(lines);
        do
        {
            Write(writer, each.Current);
            writer.Flush();
            writer.Reset();
            lines.Write("\n"u8);
            if (lines.WrittenCount >= Portion)
            {
                log.Write(lines.WrittenSpan);
                lines.ResetWrittenCount();
            }
        }
        while (each.MoveNext());

        log.Write(lines.WrittenSpan);
    }

    /// <summary>The lines of a tree's history, oldest first, read as they are asked for. A line that a crash cut off is passed over.</summary>
    /// <param name="root">The tree's root: a full path.</param>
    /// <param name="last">At most so many, the newest; null for all.</param>
    /// <param name="inside">Only of this path in the tree and of what lies below it, in the escaped text form; empty for all.</param>
    /// <exception cref="VtException">PathNotFound: the tree was never synced; SourceReadFailed.</exception>
    public static IEnumerable<VtHistoryEntry> Read(string root, int? last, string inside = "")
    {
        using ReplicaFolder folder = ReplicaFolder.Open(root, readOnly: true);
        if (!File.Exists(folder.Log))
        {
            throw new VtException(VtErrorId.PathNotFound, $"'{root}' has no sync history: it was never synced. Run Sync-VtPeer (vt sync) first.", root);
        }

        bool IsInside(VtHistoryEntry entry) => inside.Length == 0 || TreeLocation.IsAtOrBelow(entry.Path, inside) || (entry.OldPath is { } old && TreeLocation.IsAtOrBelow(old, inside));
        return last is { } count
            ? ReadNewest(folder, count, IsInside)
            : Parse(root, Files(folder).SelectMany(File.ReadLines)).Where(IsInside);
    }

    /// <summary>The newest lines that fulfil a condition, at most so many, oldest first; none where there is no history.</summary>
    /// <exception cref="VtException">SourceReadFailed.</exception>
    public static IEnumerable<VtHistoryEntry> ReadNewest(ReplicaFolder folder, int count, Func<VtHistoryEntry, bool> condition) =>
        Parse(folder.Root, Files(folder).Reverse().SelectMany(BackwardLines.Read)).Where(condition).Take(count).Reverse();

    private static string Old(ReplicaFolder folder) => Path.Join(folder.Path, "history.old.ndjson");

    /// <summary>The files of the history that there are, the older first.</summary>
    private static IEnumerable<string> Files(ReplicaFolder folder) => new[] { Old(folder), folder.Log }.Where(File.Exists);

    private static IEnumerable<VtHistoryEntry> Parse(string root, IEnumerable<string> lines)
    {
        using IEnumerator<string> each = lines.GetEnumerator();
        while (Next(root, each) is { } line)
        {
            if (Parse(root, line) is { } entry)
            {
                yield return entry;
            }
        }
    }

    private static string? Next(string root, IEnumerator<string> lines)
    {
        try
        {
            return lines.MoveNext() ? lines.Current : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VtException(VtErrorId.SourceReadFailed, $"The sync history of '{root}' cannot be read: {e.Message}", root, e);
        }
    }

    private static void Write(Utf8JsonWriter writer, VtHistoryEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("time", entry.Time.ToUniversalTime());
        writer.WriteBoolean("local", entry.IsLocal);
        writer.WriteString("action", entry.Action.ToString());
        writer.WriteString("path", entry.Path);
        if (entry.OldPath is not null)
        {
            writer.WriteString("oldPath", entry.OldPath);
        }

        writer.WriteString("type", entry.ItemType.ToString());
        writer.WriteNumber("length", entry.Length);
        writer.WriteString("modified", entry.LastWriteTime.ToUniversalTime());
        if (entry.Reference is not null)
        {
            writer.WriteString("reference", entry.Reference);
        }

        writer.WriteString("author", entry.Author);
        if (entry.Peer is not null)
        {
            writer.WriteString("peer", entry.Peer);
        }

        writer.WriteEndObject();
    }

    private static VtHistoryEntry? Parse(string root, string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement json = document.RootElement;
            string? Text(string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
            return new VtHistoryEntry
            {
                Root = root,
                Time = json.GetProperty("time").GetDateTime().ToLocalTime(),
                IsLocal = json.GetProperty("local").GetBoolean(),
                Action = Enum.Parse<VtSyncActionKind>(Text("action")!),
                Path = Text("path")!,
                OldPath = Text("oldPath"),
                ItemType = Enum.Parse<VtItemType>(Text("type")!),
                Length = json.GetProperty("length").GetInt64(),
                LastWriteTime = json.GetProperty("modified").GetDateTime().ToLocalTime(),
                Reference = Text("reference"),
                Author = Text("author")!,
                Peer = Text("peer"),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or ArgumentException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
