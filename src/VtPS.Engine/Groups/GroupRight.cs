namespace VtPS.Engine.Groups;

/// <summary>What a peer may do in a group. A higher one includes the lower.</summary>
internal enum GroupRight
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It gets what the others have; its own changes are taken in by nobody.</summary>
    Read,

    /// <summary>Its changes are merged, too.</summary>
    Merge,
}
