using VtPS.Engine.Histories;

namespace VtPS.Engine.Replicas;

/// <summary>All that a replica knows: the history of its group, and its own tree as it lies on disk.</summary>
internal sealed class ReplicaState
{
    /// <summary>The group's id: 128 random bits; zero for a tree that was never synced.</summary>
    public Identity Group { get; set; }

    /// <summary>The group's name, where the user gave one; else empty.</summary>
    public string GroupName { get; set; } = string.Empty;

    /// <summary>The inode of the state folder when this was saved: in a copy of the tree it is another.</summary>
    public ulong FolderInode { get; set; }

    /// <summary>Whether changes came to the history since conflicts were last settled.</summary>
    public bool IsUnsettled { get; set; }

    public required History History { get; init; }

    public required AppliedTree Applied { get; init; }

    /// <summary>A tree that was never synced.</summary>
    public static ReplicaState Create() => new() { History = new History(History.NewReplica(), VersionVector.Empty, []), Applied = new AppliedTree() };
}
