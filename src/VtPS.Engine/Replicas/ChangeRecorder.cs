using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>
/// Turns what a scan found into changes of the history. What lies on disk as the history already has it was made by a sync that was cut off before it could note so: that is noted, and is no change.
/// </summary>
internal sealed class ChangeRecorder(ReplicaState state, string path)
{
    private readonly List<ScanChange> _changes = [];
    private readonly HashSet<NodeId> _new = [];
    private Dictionary<Place, NodeRecord>? _alive;
    private Dot? _dot;

    /// <summary>The tree's path.</summary>
    public string Path => path;

    public IReadOnlyList<ScanChange> Changes => _changes;

    public bool IsDirty { get; private set; }

    private History History => state.History;

    /// <summary>One change stands for all that a scan found: an entry takes part in it once.</summary>
    private Dot Change => _dot ??= History.NextChange();

    /// <summary>Whether an entry was added by this scan.</summary>
    public bool IsNew(AppliedEntry entry) => _new.Contains(entry.Id);

    /// <summary>Makes room for so many new entries.</summary>
    public void Expect(int count)
    {
        _changes.EnsureCapacity(count);
        _new.EnsureCapacity(count);
        History.Expect(count);
        state.Applied.Expect(count);
    }

    /// <summary>Records what became of an entry on disk. The folder that it lies in was recorded before.</summary>
    public void Record(LiveEntry entry)
    {
        if (entry.Parent!.Id.IsRoot && entry.Parent.Parent is not null)
        {
            // In a folder that is left alone as a new one.
            return;
        }

        entry.Id = entry.Match?.Id ?? NodeId.Root;
        if (entry.Data is null || (entry.IsLeftAlone && entry.Match is null))
        {
            return;
        }

        Place place = new(entry.Parent.Id, entry.Name);
        FileFacts facts = FileFacts.Of(entry.Status, entry.Opened);
        if (entry.Match is { } known)
        {
            RecordKnown(entry, known, place, facts);
        }
        else
        {
            RecordNew(entry, place, facts);
        }
    }

    /// <summary>Records deletions.</summary>
    public void RecordDeleted(List<AppliedEntry> gone)
    {
        foreach (AppliedEntry entry in gone)
        {
            NodeRecord record = History.Find(entry.Id)!;

            // One that was to be moved, by what did not reach this disk yet, may have been on its way when a sync was cut off: that it is gone says nothing.
            bool isOnItsWay = !record.Place.Equals(entry.Place) && !entry.Seen.Covers(record.Seen);
            if (record.IsAlive && !isOnItsWay)
            {
                Note(VtSyncActionKind.Delete, entry, null, state.Applied.TextOf(entry.Place));
                History.Put(record.With(Change, entry.Seen, false));
            }
        }

        foreach (AppliedEntry entry in gone)
        {
            state.Applied.Remove(entry);
            IsDirty = true;
        }
    }

    private void RecordKnown(LiveEntry entry, AppliedEntry known, Place place, FileFacts facts)
    {
        NodeRecord record = History.Find(known.Id)!;
        Attributes attributes = facts.Mode == known.Facts.Mode && facts.Modified == known.Facts.Modified ? known.Attributes : AttributesOf(entry.Status);
        Place? moved = place.Equals(known.Place) ? null : place;
        NodeData? changed = entry.Data!.Equals(known.Data) ? null : entry.Data;
        Attributes? touched = attributes == known.Attributes ? null : attributes;
        IsDirty |= facts != known.Facts;
        known.Facts = facts;
        if (moved is null && changed is null && touched is null)
        {
            return;
        }

        IsDirty = true;
        string? oldPath = moved is null ? null : state.Applied.TextOf(known.Place);
        if (moved is { } to)
        {
            state.Applied.Move(known, to);
        }

        known.Data = entry.Data;
        known.Attributes = attributes;
        if (known.Matches(record))
        {
            known.Seen = record.Seen;
            return;
        }

        // What is as the history has it needs no change; what is not, does.
        moved = record.Place.Equals(place) ? null : moved;
        changed = record.Data.Equals(entry.Data) ? null : changed;
        touched = record.Attribute == attributes ? null : touched;
        if (moved is null && changed is null && touched is null)
        {
            return;
        }

        NodeRecord next = record.With(Change, known.Seen, true, moved, changed is null ? null : new Content(changed, entry.Status.Modified), touched ?? (changed is null ? null : attributes), entry.Data);
        History.Put(next);
        known.Seen = known.Matches(next) && !next.HasConflict ? next.Seen : known.Seen.With(Change);
        Note(moved is not null ? VtSyncActionKind.Move : changed is not null ? VtSyncActionKind.Update : VtSyncActionKind.Touch, known, entry, oldPath);
    }

    private void RecordNew(LiveEntry entry, Place place, FileFacts facts)
    {
        IsDirty = true;
        Attributes attributes = AttributesOf(entry.Status);
        NodeRecord? record = MadeBefore(place, entry.Data!);
        bool isMadeBefore = record is not null;
        if (record is null)
        {
            NodeId id = History.IdOfNew(place, entry.Data!, id => state.Applied.Find(id) is not null);
            Content content = new(entry.Data!, entry.Status.Modified);
            record = History.Find(id) is { } deleted
                ? deleted.With(Change, deleted.Seen, true, place, content, attributes)
                : NodeRecord.Create(id, Change, place, content, attributes);
            History.Put(record);
            _alive?.TryAdd(place, record);
        }

        entry.Id = record.Id;
        _new.Add(record.Id);
        AppliedEntry applied = new() { Id = record.Id, Place = place, Data = entry.Data!, Attributes = attributes, Seen = record.Seen, Facts = facts };
        state.Applied.Add(applied);
        if (!isMadeBefore)
        {
            Note(VtSyncActionKind.Create, applied, entry, null);
        }
    }

    /// <summary>The entry that a sync made here, or was to make, and that the user has now made just so.</summary>
    private NodeRecord? MadeBefore(Place place, NodeData data)
    {
        if (_alive is null)
        {
            _alive = [];
            foreach (NodeRecord record in History.Records.Values)
            {
                if (record.IsAlive && state.Applied.Find(record.Id) is null)
                {
                    _alive.TryAdd(record.Place, record);
                }
            }
        }

        return _alive.TryGetValue(place, out NodeRecord? made) && made.Data.Equals(data) && state.Applied.Find(made.Id) is null ? made : null;
    }

    private static Attributes AttributesOf(in FileStatus status) => status.Type switch
    {
        VtItemType.Directory => new Attributes(status.Mode & 0x1FF, default),
        VtItemType.SymbolicLink => new Attributes(0, status.Modified),
        _ => new Attributes(status.Mode & 0x1FF, status.Modified),
    };

    private void Note(VtSyncActionKind action, AppliedEntry entry, LiveEntry? live, string? oldPath) => _changes.Add(new ScanChange(action, entry.Data, entry.Attributes.Modified, live, oldPath));
}
