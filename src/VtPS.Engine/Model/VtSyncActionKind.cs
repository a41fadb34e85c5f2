namespace VtPS;

/// <summary>What a sync does with one entry of a tree.</summary>
public enum VtSyncActionKind
{
    /// <summary>An entry that the other side made is made here; its content comes from the other side.</summary>
    Create,

    /// <summary>An entry is made here, and its content is in this tree already, under another name.</summary>
    Copy,

    /// <summary>A file's content, or a symbolic link's target, is replaced.</summary>
    Update,

    /// <summary>The permissions or the time of the last write change, and nothing else.</summary>
    Touch,

    /// <summary>An entry gets another name or folder; a folder moves with all that is in it, as one action.</summary>
    Move,

    /// <summary>An entry is deleted; a file's content goes to the revisions.</summary>
    Delete,

    /// <summary>An entry that was deleted here comes back, because the other side changed it or made it again.</summary>
    Undelete,

    /// <summary>An entry is kept under a name of its own, because two sides wrote different things under one name.</summary>
    Conflict,
}
