using VtPS.Engine.Histories;

namespace VtPS.Engine.Sync;

/// <summary>What two trees must agree on, and what is refused before anything is done.</summary>
internal static class SyncTermsCheck
{
    private const int FewestDeletes = 10;

    /// <summary>Refuses two folders of which one is, or holds, the other.</summary>
    /// <exception cref="VtException">InvalidArgument.</exception>
    public static void CheckPaths(SyncRequest request)
    {
        string first = Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Path)) + Path.DirectorySeparatorChar;
        string second = Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.Peer)) + Path.DirectorySeparatorChar;
        if (first.StartsWith(second, StringComparison.Ordinal) || second.StartsWith(first, StringComparison.Ordinal))
        {
            throw new VtException(VtErrorId.InvalidArgument, $"'{request.Path}' and '{request.Peer}' are one tree, or one lies in the other. Give two trees that lie apart.", request.Peer);
        }
    }

    /// <summary>The terms of a sync of two trees.</summary>
    /// <exception cref="VtException">InvalidArgument: they belong to different groups.</exception>
    public static SyncTerms Agree(SyncRequest request, ReplicaSummary local, ReplicaSummary remote)
    {
        if (local.Group != remote.Group && local.Group != default && remote.Group != default)
        {
            throw new VtException(VtErrorId.InvalidArgument, $"'{local.Path}' and '{remote.Path}' belong to different groups of trees. To join one of them to the other's group, move its file .vt/state away: it then is merged as a tree that was never synced.", remote.Path);
        }

        string? name = request.Group;
        foreach (string known in new[] { local.GroupName, remote.GroupName }.Where(n => n.Length > 0))
        {
            if (name is not null && name != known)
            {
                throw new VtException(VtErrorId.InvalidArgument, $"The trees belong to the group '{known}', not to '{name}'. Name that group, or none.", name);
            }

            name = known;
        }

        return new SyncTerms
        {
            Group = local.Group != default ? local.Group : remote.Group != default ? remote.Group : Identity.Draw(),
            GroupName = name ?? string.Empty,
            Exclude = request.Exclude,
            KeepRevisions = request.KeepRevisions,
            RevisionAge = request.RevisionAge?.ToString() ?? string.Empty,
        };
    }

    /// <summary>Refuses to delete more of a tree than is allowed.</summary>
    /// <exception cref="VtException">TooManyDeletes.</exception>
    public static void CheckDeletes(SyncRequest request, MergeSummary merge, string path)
    {
        int deletes = merge.Actions.Count(a => a.Action == VtSyncActionKind.Delete);
        long limit = request.MaximumDelete ?? Math.Max(FewestDeletes, merge.Entries / 2);
        if (deletes > limit)
        {
            throw new VtException(VtErrorId.TooManyDeletes, $"{deletes} of the {merge.Entries} entries in '{path}' would be deleted, and at most {limit} may be. Nothing was done. If they are to go, allow them with -MaximumDelete {deletes} (--maximum-delete).", path);
        }
    }
}
