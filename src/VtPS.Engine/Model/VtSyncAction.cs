namespace VtPS;

/// <summary>One thing that a sync does, or would do, to one of the two trees.</summary>
public sealed class VtSyncAction
{
    /// <summary>What is done.</summary>
    public required VtSyncActionKind Action { get; init; }

    /// <summary>Which tree it is done to.</summary>
    public required VtSyncSide Side { get; init; }

    /// <summary>The path in the tree, once it is done: names with <c>/</c> between, no leading <c>/</c>, in the escaped text form (<c>\xNN</c>, <c>\\</c>).</summary>
    public required string Path { get; init; }

    /// <summary>For Move: the path before; else null.</summary>
    public string? OldPath { get; init; }

    /// <summary>What the entry is.</summary>
    public VtItemType ItemType { get; init; }

    /// <summary>The file's size in bytes once it is done (Delete: before); 0 for anything but a file.</summary>
    public long Length { get; init; }

    /// <summary>The time of the last write once it is done (Delete: before), in local time, to 100 nanoseconds.</summary>
    public DateTime LastWriteTime { get; init; }

    /// <summary>The replica that wrote the version: 16 hexadecimal digits.</summary>
    public required string Author { get; init; }

    /// <summary>What became of it.</summary>
    public VtSyncActionStatus Status { get; init; }

    /// <summary>Why it waits or failed; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
