namespace VtPS;

/// <summary>One line of a tree's sync history: a change that a scan found in the tree, or one that a sync brought into it.</summary>
public sealed class VtHistoryEntry
{
    /// <summary>The tree's full path.</summary>
    public required string Root { get; init; }

    /// <summary>When it was recorded, in local time.</summary>
    public DateTime Time { get; init; }

    /// <summary>True for a change that was made here and found by a scan; false for one that a sync brought.</summary>
    public bool IsLocal { get; init; }

    /// <summary>What happened.</summary>
    public VtSyncActionKind Action { get; init; }

    /// <summary>The path in the tree, in the escaped text form.</summary>
    public required string Path { get; init; }

    /// <summary>For Move: the path before; else null.</summary>
    public string? OldPath { get; init; }

    /// <summary>What the entry is.</summary>
    public VtItemType ItemType { get; init; }

    /// <summary>The file's size in bytes; 0 for anything but a file.</summary>
    public long Length { get; init; }

    /// <summary>The time of the last write, in local time, to 100 nanoseconds.</summary>
    public DateTime LastWriteTime { get; init; }

    /// <summary>The content's block reference in its text form; null where there is no content.</summary>
    public string? Reference { get; init; }

    /// <summary>The replica that wrote the version: 16 hexadecimal digits.</summary>
    public required string Author { get; init; }

    /// <summary>The peer of that sync: a path or an address; null for a change found by a scan.</summary>
    public string? Peer { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
