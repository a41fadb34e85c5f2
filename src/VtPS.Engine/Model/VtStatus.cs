namespace VtPS;

/// <summary>How a synced tree stands: what its last or running sync has told in the status file.</summary>
public sealed class VtStatus
{
    /// <summary>The tree's full path.</summary>
    public required string Path { get; init; }

    /// <summary>The tree's replica id: 16 hexadecimal digits.</summary>
    public required string ReplicaId { get; init; }

    /// <summary>The group's id: 32 hexadecimal digits.</summary>
    public required string GroupId { get; init; }

    /// <summary>What goes on: <c>Synced</c>, <c>Waiting</c> (something waits for the next sync), <c>Scanning</c>, <c>Merging</c>, <c>Fetching</c>, <c>Sending</c>, <c>Applying</c>, or <c>Interrupted</c>; with the peer's name behind it, such as <c>Applying (ssh://host/docs)</c>, where the peer is the one that is busy.</summary>
    public required string State { get; init; }

    /// <summary>The peer of the last or running sync; null where there was none.</summary>
    public string? Peer { get; init; }

    /// <summary>When this was written, in local time.</summary>
    public DateTime Time { get; init; }

    /// <summary>Entries of the tree as last known.</summary>
    public long Entries { get; init; }

    /// <summary>Actions done and to be done in the running step.</summary>
    public long ItemsDone { get; init; }

    /// <summary>See <see cref="ItemsDone"/>.</summary>
    public long ItemsTotal { get; init; }

    /// <summary>Bytes of content fetched or sent in the running step.</summary>
    public long BytesDone { get; init; }

    /// <summary>Bytes of content to be fetched or sent in it.</summary>
    public long BytesTotal { get; init; }

    /// <summary>Bytes a second.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>The time still needed as now seen; null where nothing can be said.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>The last things that syncs did to the tree, the newest last, at most five unless more were asked for: each an action and a path, such as <c>Update docs/plan.txt</c>.</summary>
    public string[] LastMerge { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => State;
}
