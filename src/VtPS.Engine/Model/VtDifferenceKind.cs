namespace VtPS;

/// <summary>How an entry differs between a reference and a difference tree.</summary>
public enum VtDifferenceKind
{
    /// <summary>Only the difference tree has it.</summary>
    Added,

    /// <summary>Only the reference tree has it.</summary>
    Removed,

    /// <summary>Type, content, size, link target or device differ.</summary>
    Changed,

    /// <summary>Only metadata differs: times, mode, owner, attributes.</summary>
    Metadata,

    /// <summary>Nothing differs (given only when asked for).</summary>
    Equal,
}
