using VtPS.Engine.Histories;

namespace VtPS.Engine.Replicas;

/// <summary>
/// Tells which entry of the last sync each entry on disk is: the one of the same place; for a folder that was renamed or moved the one of the same inode that shares
/// a child with it; for a file that was, the one of the same content.
/// </summary>
internal sealed class LiveMatcher(AppliedTree applied)
{
    private readonly Dictionary<ulong, AppliedEntry> _foldersByInode = [];
    private readonly Dictionary<NodeId, List<AppliedEntry>> _children = [];
    private readonly HashSet<NodeId> _matched = [];
    private bool _hasFresh;

    /// <summary>Whether nothing is new in its place and nothing is gone from its own.</summary>
    public bool IsAllInPlace => !_hasFresh && _matched.Count == applied.Entries.Count;

    /// <summary>Whether an entry of the last sync was found on disk.</summary>
    public bool IsMatched(AppliedEntry entry) => _matched.Contains(entry.Id);

    /// <summary>Matches folders, and what is in its place.</summary>
    public void MatchPlaces(LiveEntry root)
    {
        foreach (AppliedEntry entry in applied.Entries)
        {
            if (entry.Data.IsDirectory)
            {
                _foldersByInode[entry.Facts.Inode] = entry;
            }
        }

        // A folder comes after the one that it lies in.
        List<LiveEntry> folders = [root];
        for (int i = 0; i < folders.Count; i++)
        {
            foreach (LiveEntry child in folders[i].Children)
            {
                child.Match = null;
                if (child.IsDirectory)
                {
                    folders.Add(child);
                }
            }
        }

        // By inode first: in the place of one that moved there may be another by now.
        foreach (LiveEntry folder in folders)
        {
            if (folder.Parent is not null && _foldersByInode.TryGetValue(folder.Status.Inode, out AppliedEntry? known) && !IsMatched(known)
                && (At(folder.Parent, folder) == known || SharesChild(known, folder)))
            {
                Match(folder, known);
            }
        }

        foreach (LiveEntry folder in folders)
        {
            foreach (LiveEntry child in folder.Children)
            {
                if (child.Match is null && At(folder, child) is { } there && there.Data.IsDirectory == child.IsDirectory && !IsMatched(there))
                {
                    Match(child, there);
                }

                _hasFresh |= child.Match is null;
            }
        }
    }

    /// <summary>Matches new files with those that are gone, by content; of several equal ones the one of the same inode or name comes first.</summary>
    /// <param name="fresh">Entries without a match whose data are known.</param>
    public void MatchContents(List<LiveEntry> fresh)
    {
        Dictionary<NodeData, List<AppliedEntry>> gone = [];
        foreach (AppliedEntry entry in applied.Entries)
        {
            if (!entry.Data.IsDirectory && !IsMatched(entry))
            {
                if (!gone.TryGetValue(entry.Data, out List<AppliedEntry>? same))
                {
                    gone.Add(entry.Data, same = []);
                }

                same.Add(entry);
            }
        }

        if (gone.Count == 0)
        {
            return;
        }

        foreach (LiveEntry entry in fresh)
        {
            if (entry.Data is { } data && gone.TryGetValue(data, out List<AppliedEntry>? same))
            {
                AppliedEntry? best = same.Find(e => e.Facts.Inode == entry.Status.Inode)
                    ?? (data.Length == 0 && data.Type == VtItemType.File ? null : same.Find(e => e.Place.Name.AsSpan().SequenceEqual(entry.Name)) ?? same.FirstOrDefault());
                if (best is not null)
                {
                    same.Remove(best);
                    Match(entry, best);
                }
            }
        }
    }

    /// <summary>The entry of the last sync in the place of a child; null where there was none, or the folder itself is new.</summary>
    private AppliedEntry? At(LiveEntry folder, LiveEntry child) =>
        folder.Parent is null || folder.Match is not null
            ? applied.TryFind(new Place(folder.Match?.Id ?? NodeId.Root, child.Name), out AppliedEntry? there) ? there : null
            : null;

    /// <summary>An inode may have been given to another folder: one that is the same has a child that is the same.</summary>
    private bool SharesChild(AppliedEntry known, LiveEntry folder)
    {
        if (_children.Count == 0)
        {
            foreach (AppliedEntry entry in applied.Entries)
            {
                if (!_children.TryGetValue(entry.Place.Parent, out List<AppliedEntry>? list))
                {
                    _children.Add(entry.Place.Parent, list = []);
                }

                list.Add(entry);
            }
        }

        if (!_children.TryGetValue(known.Id, out List<AppliedEntry>? children))
        {
            return false;
        }

        HashSet<ulong> inodes = [.. folder.Children.Select(c => c.Status.Inode)];
        return children.Exists(c => inodes.Contains(c.Facts.Inode));
    }

    private void Match(LiveEntry entry, AppliedEntry known)
    {
        entry.Match = known;
        _matched.Add(known.Id);
    }
}
