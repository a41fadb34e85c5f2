namespace VtPS.Engine.Copies;

/// <summary>Which backups are copied to another Store.</summary>
internal sealed record CopyBackupRequest
{
    /// <summary>Backups of the source, in the order in which they are copied; each is read anew. Whether an Interrupted one is among them is the caller's choice.</summary>
    public required IReadOnlyList<VtBackup> Backups { get; init; }

    /// <summary>Whether each backup is removed from the source once the destination has it for good.</summary>
    public bool Move { get; init; }

    /// <summary>Told of each backup, as it stands in the destination, once it is there for good; called by one thread at a time.</summary>
    public Action<CopiedBackup>? OnCopied { get; init; }

    /// <summary>How many threads read, check and pack blocks at a time; null: twice as many as there are cores, at least 4 and at most 16. With 1, nothing is copied or walked beside something else.</summary>
    public int? ThrottleLimit { get; init; }

    /// <summary>How many missing blocks are gathered before they are read in the order of the source's data files: what bounds memory, at about 300 bytes each.</summary>
    public int BlocksAtOnce { get; init; } = 1 << 17;
}
