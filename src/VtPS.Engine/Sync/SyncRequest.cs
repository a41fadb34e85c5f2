namespace VtPS.Engine.Sync;

/// <summary>What is to be synced, and how.</summary>
internal sealed record SyncRequest
{
    /// <summary>The local tree's root: a full path of a folder that is there.</summary>
    public required string Path { get; init; }

    /// <summary>The other tree: a full path, or an address (<c>ssh://…</c>, <c>unix://…</c>, <c>!command</c>).</summary>
    public required string Peer { get; init; }

    /// <summary>Whether the peer was read from an object, and not given by the user: then no command in it is run.</summary>
    public bool IsPeerFromData { get; init; }

    /// <summary>Other trees of the group that content for the local tree may be read out of, beside the peer; nothing is done to them. One that cannot be asked is passed over.</summary>
    public IReadOnlyList<SyncTarget> Sources { get; init; } = [];

    /// <summary>
    /// Where the local tree keeps its state, revisions and history from its first sync on: a full path outside of both trees, on any file system; null: where they are, and for a new
    /// tree <c>.vt</c> in its root. Later syncs find the place by themselves.
    /// </summary>
    public string? Store { get; init; }

    /// <summary>The group's name: trees of another one are refused, and a tree without one takes it. Null: whatever the trees have.</summary>
    public string? Group { get; init; }

    public VtConflictPolicy ConflictPolicy { get; init; }

    public VtSyncDirection Direction { get; init; }

    /// <summary>gitignore patterns relative to the root, on both sides; beside those of the <c>.vtignore</c> in each root.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The most entries that may be deleted in one of the trees; null: half of the tree's entries, and ten in any case.</summary>
    public long? MaximumDelete { get; init; }

    /// <summary>Whether what is replaced or deleted goes to the revisions.</summary>
    public bool KeepRevisions { get; init; } = true;

    /// <summary>How long revisions are kept; null: for ever.</summary>
    public VtAge? RevisionAge { get; init; }

    /// <summary>Only look: no byte of either tree or state is written, and the plan cannot be run.</summary>
    public bool IsDry { get; init; }
}
