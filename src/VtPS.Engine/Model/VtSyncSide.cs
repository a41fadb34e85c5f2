namespace VtPS;

/// <summary>One of the two trees of a sync.</summary>
public enum VtSyncSide
{
    /// <summary>The tree given by <c>-Path</c>.</summary>
    Local,

    /// <summary>The tree of the peer.</summary>
    Remote,
}
