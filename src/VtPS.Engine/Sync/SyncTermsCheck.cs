using VtPS.Engine.Groups;
using VtPS.Engine.Histories;
using VtPS.Engine.Replicas;

namespace VtPS.Engine.Sync;

/// <summary>What two trees must agree on, and what is refused before anything is done.</summary>
internal static class SyncTermsCheck
{
    private const int FewestDeletes = 10;

    /// <summary>Refuses two folders of which one is, or holds, the other, and a Store in the peer's.</summary>
    /// <exception cref="VtException">InvalidArgument.</exception>
    public static void CheckPaths(SyncRequest request)
    {
        if (SyncPaths.Contains(request.Path, request.Peer) || SyncPaths.Contains(request.Peer, request.Path))
        {
            throw new VtException(VtErrorId.InvalidArgument, $"'{request.Path}' and '{request.Peer}' are one tree, or one lies in the other. Give two trees that lie apart.", request.Peer);
        }

        if (request.Store is { } store && SyncPaths.Contains(request.Peer, store))
        {
            throw new VtException(VtErrorId.InvalidArgument, $"The Store '{store}' would lie in the tree '{request.Peer}' and be synced with it. Give a folder outside of both trees.", store);
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

        (GroupFile? localFile, GroupFile? remoteFile) = (local.ReadGroup(), remote.ReadGroup());
        Identity group = local.Group != default ? local.Group : remote.Group;
        foreach (GroupFile file in new[] { localFile, remoteFile }.OfType<GroupFile>().Where(f => f.Id != default))
        {
            group = group == default || group == file.Id ? file.Id : throw new VtException(
                VtErrorId.InvalidArgument, $"'{file.Path}' is of the group {file.Id}, and the trees belong to {group}. Mend its line 'id', or sync with trees of that group.", file.Path);
        }

        return new SyncTerms
        {
            Group = group != default ? group : Identity.Draw(),
            GroupName = NameOf(request, local, localFile, remote, remoteFile),
            KeepRevisions = request.KeepRevisions,
            RevisionAge = request.RevisionAge?.ToString() ?? string.Empty,
        };
    }

    /// <summary>The ways that changes may go: what was asked for, as far as the trees' group files allow it.</summary>
    /// <exception cref="VtException">PeerRightDenied: they allow nothing of it.</exception>
    public static VtSyncDirection Allow(SyncRequest request, ReplicaSummary local, ReplicaSummary remote)
    {
        GroupFile?[] files = [local.ReadGroup(), remote.ReadGroup()];
        VtException? push = request.Direction == VtSyncDirection.Pull ? null : GroupRules.Refusal(files, local.Member, remote.Member);
        VtException? pull = request.Direction == VtSyncDirection.Push ? null : GroupRules.Refusal(files, remote.Member, local.Member);
        return (push, pull, request.Direction) switch
        {
            (null, null, _) => request.Direction,
            (null, _, VtSyncDirection.Both) => VtSyncDirection.Push,
            (_, null, VtSyncDirection.Both) => VtSyncDirection.Pull,
            _ => throw push ?? pull!,
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

    /// <summary>The group's name. A group file's comes before what a tree had before; where both trees are of one group by their ids, it may have been renamed on one side.</summary>
    private static string NameOf(SyncRequest request, ReplicaSummary local, GroupFile? localFile, ReplicaSummary remote, GroupFile? remoteFile)
    {
        string[] names = [.. new[] { localFile?.GroupName is { Length: > 0 } here ? here : local.GroupName, remoteFile?.GroupName is { Length: > 0 } there ? there : remote.GroupName }.Where(n => n.Length > 0)];
        if (request.Group is { } asked && names.Length > 0 && !names.Contains(asked))
        {
            throw new VtException(VtErrorId.InvalidArgument, $"The trees belong to the group '{names[0]}', not to '{asked}'. Name that group, or none.", asked);
        }

        if (names.Distinct().Count() > 1 && (local.Group == default || remote.Group == default))
        {
            throw new VtException(VtErrorId.InvalidArgument, $"The trees belong to the groups '{names[0]}' and '{names[1]}'. Give trees of one group.", names[1]);
        }

        return request.Group ?? names.FirstOrDefault() ?? string.Empty;
    }
}
