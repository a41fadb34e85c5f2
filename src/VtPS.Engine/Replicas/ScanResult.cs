using VtPS.Engine.Histories;

namespace VtPS.Engine.Replicas;

/// <summary>What a scan found.</summary>
internal sealed record ScanResult
{
    /// <summary>Each change found; in no order.</summary>
    public required IReadOnlyList<ScanChange> Changes { get; init; }

    /// <summary>Whether anything is to be saved: changes, or new facts of entries that are as they were.</summary>
    public bool IsDirty { get; init; }

    /// <summary>Entries that changed while they were read; they wait for the next scan.</summary>
    public long Waiting { get; init; }

    /// <summary>Entries that could not be read; each was reported.</summary>
    public long Errors { get; init; }
}
