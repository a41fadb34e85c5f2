namespace VtPS;

/// <summary>A finding of a check, what it touches, or what a repair did about it.</summary>
public sealed class VtTestResult
{
    /// <summary>The path or URI of the Store.</summary>
    public required string Store { get; init; }

    /// <summary>The Store's id.</summary>
    public required string StoreId { get; init; }

    /// <summary>What was found.</summary>
    public required VtTestKind Kind { get; init; }

    /// <summary>Whether the finding is damage; the others are for your information.</summary>
    public bool IsDamage => Kind is VtTestKind.ObjectDamaged or VtTestKind.BackupDamaged or VtTestKind.DataFileDamaged or VtTestKind.RecordDamaged or VtTestKind.BlockMissing or VtTestKind.TreeDamaged;

    /// <summary>The name of the Store's object that the finding is about; null where it is about a block that is in none.</summary>
    public string? ObjectName { get; init; }

    /// <summary>The hashes of the blocks that are damaged or missing.</summary>
    public string[] Hash { get; init; } = [];

    /// <summary>What is wrong, and what to do.</summary>
    public required string Message { get; init; }

    /// <summary>The ids of the backups that the finding touches.</summary>
    public string[] BackupId { get; init; } = [];

    /// <summary>The paths inside those backups that it touches: files that cannot be restored whole, and directories that cannot be listed. Each once.</summary>
    public string[] Path { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}: {Message}";
}
