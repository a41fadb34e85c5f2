namespace VtPS;

/// <summary>What one sync of a tree with a peer did.</summary>
public sealed class VtSyncResult
{
    /// <summary>The local tree's full path.</summary>
    public required string Path { get; init; }

    /// <summary>The peer: a full path or an address.</summary>
    public required string Peer { get; init; }

    /// <summary>The group that both trees belong to: 32 hexadecimal digits.</summary>
    public required string GroupId { get; init; }

    /// <summary>Complete; CompleteWithErrors where something waits or failed; Interrupted where it was stopped.</summary>
    public VtBackupStatus Status { get; init; }

    /// <summary>When it began, in local time.</summary>
    public DateTime StartTime { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Entries that were found new, changed, moved or deleted in the local tree since its last scan.</summary>
    public long LocalChanges { get; init; }

    /// <summary>The same of the peer's tree.</summary>
    public long RemoteChanges { get; init; }

    /// <summary>Actions done to the local tree.</summary>
    public long LocalActions { get; init; }

    /// <summary>Actions done to the peer's tree.</summary>
    public long RemoteActions { get; init; }

    /// <summary>Conflicts that were met: entries kept under names of their own, or decided by the policy.</summary>
    public long Conflicts { get; init; }

    /// <summary>Actions that wait for the next sync.</summary>
    public long Waiting { get; init; }

    /// <summary>Actions that failed, and entries that could not be read.</summary>
    public long Errors { get; init; }

    /// <summary>Bytes sent to the peer; 0 for a peer that is a folder.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes received from the peer; 0 for a peer that is a folder.</summary>
    public long BytesReceived { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Peer;
}
