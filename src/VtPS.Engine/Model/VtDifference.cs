namespace VtPS;

/// <summary>One difference between two trees.</summary>
public sealed class VtDifference
{
    /// <summary>The path inside the trees, in the escaped text form.</summary>
    public required string Path { get; init; }

    /// <summary>What differs.</summary>
    public required VtDifferenceKind Kind { get; init; }

    /// <summary>What the entry is, on the difference side unless it is only on the reference side.</summary>
    public VtItemType ItemType { get; init; }

    /// <summary>The fields that differ, such as <c>Content</c>, <c>Length</c>, <c>LastWriteTime</c>, <c>UnixMode</c>, <c>User</c>, <c>ExtendedAttribute</c>.</summary>
    public string[] Field { get; init; } = [];

    /// <summary>The size on the reference side in bytes; null where there is none.</summary>
    public long? ReferenceLength { get; init; }

    /// <summary>The size on the difference side in bytes; null where there is none.</summary>
    public long? DifferenceLength { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
