using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>Compares the history with the tree on disk. It changes nothing, but notes of entries that are as the history says that they take in all of it.</summary>
/// <param name="state">The replica; its history has no conflicts left.</param>
/// <param name="rules">What takes no part.</param>
/// <param name="conflicts">The entries that the merge kept under other names, or decided between.</param>
/// <param name="hasContent">Whether some content waits for its place already.</param>
internal sealed class Planner(ReplicaState state, TreeRules rules, IReadOnlySet<NodeId> conflicts, Predicate<NodeData> hasContent)
{
    private readonly List<PlannedAction> _actions = [];
    private readonly Dictionary<NodeData, bool> _contents = [];
    private readonly Dictionary<NodeId, (List<byte[]> Path, string Text)> _folders = [];

    public TreePlan Run()
    {
        List<NodeData> needs = [];
        foreach (NodeRecord record in state.History.Records.Values)
        {
            AppliedEntry? applied = state.Applied.Find(record.Id);
            if (applied is null ? !record.IsAlive : applied.Seen.Equals(record.Seen) && applied.Matches(record))
            {
                continue;
            }

            if (!record.IsAlive)
            {
                if (!IsExcluded(state.Applied.PathOf(applied!.Place), record))
                {
                    Add(VtSyncActionKind.Delete, record, state.Applied.TextOf(applied.Place), null);
                }

                continue;
            }

            (List<byte[]> folder, string folderText) = FolderOf(record);
            if (!rules.Root.IsEmpty && IsExcluded([.. folder, record.Place.Name], record))
            {
                continue;
            }

            string text = folderText + PathText.Format(record.Place.Name);
            if (applied is null)
            {
                bool isHere = Have(record.Data);
                Add(
                    conflicts.Contains(record.Id) ? VtSyncActionKind.Conflict
                        : record.Seen[state.History.Replica] > 0 ? VtSyncActionKind.Undelete
                        : isHere && !record.Data.IsInReference ? VtSyncActionKind.Copy
                        : VtSyncActionKind.Create,
                    record,
                    text,
                    null);
                Need(needs, record.Data, isHere);
                continue;
            }

            if (applied.Matches(record))
            {
                applied.Seen = record.Seen;
                continue;
            }

            if (!applied.Place.Equals(record.Place))
            {
                Add(VtSyncActionKind.Move, record, text, state.Applied.TextOf(applied.Place));
            }

            if (!applied.Data.Equals(record.Data))
            {
                Add(VtSyncActionKind.Update, record, text, null);
                Need(needs, record.Data, Have(record.Data));
            }
            else if (applied.Attributes != record.Attribute)
            {
                Add(VtSyncActionKind.Touch, record, text, null);
            }
        }

        _actions.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return new TreePlan(_actions, needs);
    }

    private void Add(VtSyncActionKind kind, NodeRecord record, string path, string? oldPath) =>
        _actions.Add(new PlannedAction { Kind = kind, Record = record, Path = path, OldPath = oldPath });

    private void Need(List<NodeData> needs, NodeData data, bool isHere)
    {
        if (!isHere)
        {
            needs.Add(data);
            _contents[data] = true;
        }
    }

    /// <summary>Whether content needs not be fetched: it is in the tree, waits for its place, is noted as needed already, or stands in its reference.</summary>
    private bool Have(NodeData data)
    {
        if (data.IsInReference)
        {
            return true;
        }

        if (_contents.Count == 0)
        {
            _contents.EnsureCapacity(state.History.Records.Count);
            foreach (AppliedEntry entry in state.Applied.Entries)
            {
                _contents.TryAdd(entry.Data, true);
            }
        }

        return _contents.ContainsKey(data) || hasContent(data);
    }

    private bool IsExcluded(List<byte[]>? path, NodeRecord record) => path is null || (!rules.Root.IsEmpty && rules.IsExcluded(path, record.IsDirectory));

    /// <summary>The path of the folder that an entry is to lie in, as names, and as text with <c>/</c> at its end; both empty for the root.</summary>
    private (List<byte[]> Path, string Text) FolderOf(NodeRecord record)
    {
        NodeId id = record.Place.Parent;
        if (id.IsRoot)
        {
            return ([], string.Empty);
        }

        if (!_folders.TryGetValue(id, out (List<byte[]> Path, string Text) folder))
        {
            NodeRecord of = state.History.Find(id)!;
            (List<byte[]> path, string text) = FolderOf(of);
            folder = ([.. path, of.Place.Name], text + PathText.Format(of.Place.Name) + '/');
            _folders.Add(id, folder);
        }

        return folder;
    }
}
