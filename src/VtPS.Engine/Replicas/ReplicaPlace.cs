namespace VtPS.Engine.Replicas;

/// <summary>
/// Where a tree keeps what lasts: its state, the Store of its revisions, its history and status. By default that is <c>.vt</c> in its root, with all the rest; another place is named in
/// <c>.vt/place</c>. What is on its way into the tree or out of it is in <c>.vt</c> always: only on the tree's own file system can it be renamed into place.
/// </summary>
internal static class ReplicaPlace
{
    /// <summary>Finds the place of a tree.</summary>
    /// <param name="root">The tree's root: a full path.</param>
    /// <param name="asked">The place that the user names, a full path; null: where it is.</param>
    /// <param name="isOurs">Whether a state file belongs to this tree.</param>
    /// <exception cref="VtException">PathNotFound: the place is gone; InvalidArgument: it lies in the tree, or the tree has another.</exception>
    public static string Find(string root, string? asked, Predicate<string> isOurs)
    {
        string own = Path.Join(root, ".vt");
        string file = FileOf(root);
        string place = File.Exists(file) ? File.ReadAllText(file).Trim() : own;
        asked = asked is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(asked));
        if (asked is null || asked == place)
        {
            return asked is not null || place == own || File.Exists(Path.Join(place, ReplicaFolder.StateName)) ? place : throw new VtException(
                VtErrorId.PathNotFound, $"The tree '{root}' has its Store at '{place}', and there is none. If its disk is not mounted, mount it. If it is lost, name a folder for a new one with -Store (--store): the tree is then merged as one that was never synced.", place);
        }

        if (asked != own && SyncPaths.Contains(root, asked))
        {
            throw new VtException(VtErrorId.InvalidArgument, $"The Store '{asked}' would lie in the tree '{root}' and be synced with it. Give a folder outside of the tree, or none: then it is in '{own}', which is never synced.", asked);
        }

        string state = Path.Join(place, ReplicaFolder.StateName);
        return !File.Exists(state) || !isOurs(state) ? asked : throw new VtException(
            VtErrorId.InvalidArgument, $"The tree '{root}' has its Store at '{place}', not at '{asked}'. Leave -Store (--store) out; or move what lasts (state, store, history*.ndjson, status.json) from there to '{asked}' first.", asked);
    }

    /// <summary>Notes the place of a tree. Without this note it is <c>.vt</c>.</summary>
    public static void Note(string root, string place)
    {
        string file = FileOf(root);
        if ((File.Exists(file) ? File.ReadAllText(file).Trim() : Path.Join(root, ".vt")) == place)
        {
            return;
        }

        using (FileStream fresh = new(file + ".new", FileMode.Create, FileAccess.Write, FileShare.None, 0))
        {
            fresh.Write(System.Text.Encoding.UTF8.GetBytes(place + "\n"));
            fresh.Flush(flushToDisk: true);
        }

        File.Move(file + ".new", file, overwrite: true);
    }

    private static string FileOf(string root) => Path.Join(root, ".vt", "place");
}
