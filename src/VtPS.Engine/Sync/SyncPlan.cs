namespace VtPS.Engine.Sync;

/// <summary>What a sync would do.</summary>
internal sealed record SyncPlan
{
    /// <summary>The actions on both trees, each Planned.</summary>
    public required IReadOnlyList<VtSyncAction> Actions { get; init; }

    /// <summary>Bytes of content that would come from the peer.</summary>
    public long BytesToFetch { get; init; }

    /// <summary>Bytes of content that would go to the peer.</summary>
    public long BytesToSend { get; init; }

    /// <summary>Conflicts that would be settled.</summary>
    public int Conflicts { get; init; }
}
