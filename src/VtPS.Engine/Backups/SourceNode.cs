using VtPS.Engine.IO;

namespace VtPS.Engine.Backups;

/// <summary>A node of the tree of paths that a run was given: walked as a whole, or only passed through on the way to nodes below.</summary>
internal sealed class SourceNode
{
    public required byte[] Name { get; init; }

    /// <summary>The live path as it was given; null for a node only passed through.</summary>
    public byte[]? Path { get; set; }

    /// <summary>Whether the path ended in a separator: a symlink in the last place is then followed.</summary>
    public bool FollowLink { get; set; }

    /// <summary>The nodes below, by name bytes; empty for a node that is walked as a whole.</summary>
    public SortedDictionary<byte[], SourceNode> Children { get; } = new(NameComparer.Instance);

    /// <summary>Whether everything below is wanted.</summary>
    public bool IsWhole => Path is not null;
}
