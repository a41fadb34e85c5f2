using System.Diagnostics;
using System.Text.Json;
using VtPS.Engine.Histories;
using VtPS.Engine.Operations;
using VtPS.Engine.Replicas;

namespace VtPS.Engine.Sync;

/// <summary>The status file of a tree, written anew at each step of a sync and five times a second in between. Safe for use by many threads.</summary>
internal sealed class StatusFile : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    /// <summary>Seconds that a sync that has hardly begun is said to need at most, as in progress.</summary>
    private const double LongestTime = 1e8;

    /// <summary>How many of the last merges are told unless somebody asks for another number.</summary>
    public const int MergesShown = 5;

    private readonly ReplicaFolder _folder;
    private readonly ReplicaState _state;
    private readonly string _peer;
    private readonly bool _readOnly;
    private readonly Lock _gate = new();
    private string _step = "Interrupted";
    private long _entries;
    private long _itemsDone;
    private long _itemsTotal;
    private long _bytesDone;
    private long _bytesTotal;
    private long _stepBegan;
    private long _written;
    private OperationProgress? _peerProgress;

    /// <param name="folder">The replica's state folder.</param>
    /// <param name="state">The replica.</param>
    /// <param name="peer">The other side.</param>
    /// <param name="readOnly">Writes nothing.</param>
    public StatusFile(ReplicaFolder folder, ReplicaState state, string peer, bool readOnly)
    {
        _folder = folder;
        _state = state;
        _peer = peer;
        _readOnly = readOnly;
        _entries = state.Applied.Entries.Count;
    }

    /// <summary>Begins a step that ends with the sync: how many entries there are.</summary>
    public void Set(string step, long entries)
    {
        lock (_gate)
        {
            _entries = entries;
        }

        Set(step);
    }

    /// <summary>Begins a step.</summary>
    public void Set(string step, long items = 0, long bytes = 0)
    {
        lock (_gate)
        {
            (_step, _itemsDone, _itemsTotal, _bytesDone, _bytesTotal, _peerProgress) = (step, 0, items, 0, bytes, null);
            _stepBegan = Stopwatch.GetTimestamp();
            Write();
        }
    }

    /// <summary>Shows how far the other side is, until the next step here begins.</summary>
    public void Show(in OperationProgress progress)
    {
        lock (_gate)
        {
            _peerProgress = progress;
            (_step, _itemsDone, _itemsTotal, _bytesDone, _bytesTotal) = (progress.Activity, progress.ItemsDone, progress.ItemsTotal ?? 0, progress.BytesDone, progress.BytesTotal ?? 0);
            WriteIfDue();
        }
    }

    /// <summary>Begins a step that is told of in bytes, or says that it has become more.</summary>
    public void SetBytes(string step, long total)
    {
        lock (_gate)
        {
            if (_step == step)
            {
                _bytesTotal = total;
            }
            else
            {
                Set(step, 0, total);
            }
        }
    }

    public void AddItem()
    {
        lock (_gate)
        {
            _itemsDone++;
            WriteIfDue();
        }
    }

    /// <summary>Says how many bytes were fetched so far.</summary>
    public void AddBytes(long done)
    {
        lock (_gate)
        {
            _bytesDone = done;
            WriteIfDue();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_step is not ("Synced" or "Waiting"))
            {
                _step = "Interrupted";
                Write();
            }
        }
    }

    /// <summary>Reads the status of a tree.</summary>
    /// <param name="root">The tree's root: a full path.</param>
    /// <param name="merges">How many of the last merges are told.</param>
    /// <exception cref="VtException">PathNotFound: the tree was never synced; SourceReadFailed.</exception>
    public static VtStatus Read(string root, int merges = MergesShown)
    {
        using ReplicaFolder folder = ReplicaFolder.Open(root, readOnly: true);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(folder.Status));
            JsonElement json = document.RootElement;
            long Number(string name) => json.GetProperty(name).GetInt64();
            return new VtStatus
            {
                Path = root,
                ReplicaId = json.GetProperty("replica").GetString()!,
                GroupId = json.GetProperty("group").GetString()!,
                State = StateOf(json.GetProperty("state").GetString()!, folder),
                Peer = json.GetProperty("peer").GetString(),
                Time = json.GetProperty("time").GetDateTime().ToLocalTime(),
                Entries = Number("entries"),
                ItemsDone = Number("itemsDone"),
                ItemsTotal = Number("itemsTotal"),
                BytesDone = Number("bytesDone"),
                BytesTotal = Number("bytesTotal"),
                BytesPerSecond = json.GetProperty("bytesPerSecond").GetDouble(),
                Remaining = json.TryGetProperty("remainingSeconds", out JsonElement remaining) ? TimeSpan.FromSeconds(Math.Min(remaining.GetDouble(), LongestTime)) : null,
                LastMerge = [.. SyncLog.ReadNewest(folder, merges, static e => !e.IsLocal).Select(e => $"{e.Action} {e.Path}")],
            };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new VtException(VtErrorId.PathNotFound, $"'{root}' has no sync status: it was never synced. Run Sync-VtPeer (vt sync) first.", root, e);
        }
    }

    /// <summary>What goes on: where a process was killed, nothing, whatever it wrote last.</summary>
    private static string StateOf(string written, ReplicaFolder folder) =>
        written is "Synced" or "Waiting" || folder.IsBusy() ? written : "Interrupted";

    private void WriteIfDue()
    {
        if (Stopwatch.GetElapsedTime(_written) >= Period)
        {
            Write();
        }
    }

    private void Write()
    {
        if (_readOnly)
        {
            return;
        }

        _written = Stopwatch.GetTimestamp();
        try
        {
            WriteFile();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing depends on it.
        }
    }

    private void WriteFile()
    {
        double seconds = Stopwatch.GetElapsedTime(_stepBegan).TotalSeconds;
        (long done, long total) = _bytesTotal > 0 ? (_bytesDone, _bytesTotal) : (_itemsDone, _itemsTotal);
        double rate = _peerProgress?.Rate ?? (seconds > 0 ? _bytesDone / seconds : 0);
        double? remaining = _peerProgress is { } peer ? peer.Remaining?.TotalSeconds : done > 0 && total >= done && seconds > 1 ? seconds * (total - done) / done : null;
        string fresh = _folder.Status + ".new";
        using (FileStream file = new(fresh, FileMode.Create))
        using (Utf8JsonWriter writer = new(file))
        {
            writer.WriteStartObject();
            writer.WriteString("state", _step);
            writer.WriteString("replica", Dot.Text(_state.History.Replica));
            writer.WriteString("group", _state.Group.ToString());
            writer.WriteString("peer", _peer);
            writer.WriteString("time", DateTime.UtcNow);
            writer.WriteNumber("entries", _entries);
            writer.WriteNumber("itemsDone", _itemsDone);
            writer.WriteNumber("itemsTotal", _itemsTotal);
            writer.WriteNumber("bytesDone", _bytesDone);
            writer.WriteNumber("bytesTotal", _bytesTotal);
            writer.WriteNumber("bytesPerSecond", rate);
            if (remaining is { } left)
            {
                writer.WriteNumber("remainingSeconds", left);
            }

            writer.WriteEndObject();
        }

        File.Move(fresh, _folder.Status, overwrite: true);
    }
}
