namespace VtPS;

/// <summary>What becomes of two contents that two sides wrote under one name without knowing of each other. What loses is in the revisions of the side that had it.</summary>
public enum VtConflictPolicy
{
    /// <summary>Both are kept: one under the name, the other beside it under a name that every peer computes alike.</summary>
    KeepBoth,

    /// <summary>The one with the later time of its last write is kept.</summary>
    NewerWins,

    /// <summary>The one of the tree given by <c>-Path</c> is kept.</summary>
    Local,

    /// <summary>The one of the peer is kept.</summary>
    Remote,
}
