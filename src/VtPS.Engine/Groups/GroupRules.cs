namespace VtPS.Engine.Groups;

/// <summary>What the group files of two trees allow between them. Each tree goes by its own file and by the other's: what either forbids is forbidden.</summary>
internal static class GroupRules
{
    /// <summary>Refuses a peer that a tree's own file does not give a right, whatever program the peer runs.</summary>
    /// <exception cref="VtException">PeerRightDenied, naming the peer.</exception>
    public static void Check(GroupFile? own, GroupMember peer, GroupRight needed)
    {
        if (own is not null && own.RightOf(peer) < needed)
        {
            throw new VtException(VtErrorId.PeerRightDenied, $"'{peer}' has no right to {(needed == GroupRight.Read ? "read" : "merge")}: so says '{own.Path}'. Whoever may merge can change that file.", peer.ToString());
        }
    }

    /// <summary>Why what is in one tree may not go to another; null where it may.</summary>
    public static VtException? Refusal(IEnumerable<GroupFile?> files, GroupMember from, GroupMember to)
    {
        foreach (GroupFile file in files.OfType<GroupFile>())
        {
            GroupRight right = file.RightOf(from);
            if (right < GroupRight.Merge || file.RightOf(to) == GroupRight.None)
            {
                GroupMember who = right < GroupRight.Merge ? from : to;
                string may = right == GroupRight.Read ? "only read, and its changes are taken in by nobody" : "neither read nor merge";
                return new VtException(VtErrorId.PeerRightDenied, $"'{who}' may {may}: so says '{file.Path}'. Whoever may merge can change that file.", who.ToString());
            }
        }

        return null;
    }
}
