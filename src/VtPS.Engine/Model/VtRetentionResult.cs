namespace VtPS;

/// <summary>What happens to a backup, and why.</summary>
public sealed class VtRetentionResult
{
    /// <summary>The backup's id.</summary>
    public required string BackupId { get; init; }

    /// <summary>The path or URI of the Store.</summary>
    public required string Store { get; init; }

    /// <summary>The Store's id.</summary>
    public required string StoreId { get; init; }

    /// <summary>The group that the backup was counted in, such as <c>host1 documents</c>; null where no policy was asked.</summary>
    public string? Group { get; init; }

    /// <summary>The machine that made the backup.</summary>
    public required string HostName { get; init; }

    /// <summary>The backup's subset.</summary>
    public required string Subset { get; init; }

    /// <summary>When the backup ended; for an interrupted one, when it was last written. Ages count from here.</summary>
    public DateTime EndTime { get; init; }

    /// <summary>How the backup ended.</summary>
    public VtBackupStatus Status { get; init; }

    /// <summary>Whether it is kept or removed.</summary>
    public VtRetentionAction Action { get; init; }

    /// <summary>Why: every rule that keeps the backup, or why none does.</summary>
    public string[] Reason { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Action} {BackupId}: {string.Join(", ", Reason)}";
}
