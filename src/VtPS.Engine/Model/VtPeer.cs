namespace VtPS;

/// <summary>A registered peer: a name for a tree to sync with.</summary>
public sealed class VtPeer
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The tree: a full path or an address.</summary>
    public required string Uri { get; init; }

    /// <summary>The group's name that a sync with it is for; null for whatever group the trees belong to.</summary>
    public string? Group { get; init; }

    /// <summary>What a sync with it may do; ReadWrite where nothing else was registered.</summary>
    public VtPeerRight Right { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
