namespace VtPS;

/// <summary>What a restore did.</summary>
public sealed class VtRestoreResult
{
    /// <summary>The Store restored from.</summary>
    public required string Store { get; init; }

    /// <summary>The ids of the backups restored from.</summary>
    public required string[] BackupId { get; init; }

    /// <summary>The folder restored to; null for a restore in place.</summary>
    public string? Destination { get; init; }

    /// <summary>Files written.</summary>
    public long FilesRestored { get; init; }

    /// <summary>Files that were there already and equal.</summary>
    public long FilesEqual { get; init; }

    /// <summary>Directories made or brought to their recorded state.</summary>
    public long Directories { get; init; }

    /// <summary>Symbolic links, pipes and devices made, and further names of hard-linked files.</summary>
    public long Others { get; init; }

    /// <summary>Items that the backup does not have and that <c>-Delete</c> removed.</summary>
    public long Deleted { get; init; }

    /// <summary>Bytes of content written.</summary>
    public long BytesWritten { get; init; }

    /// <summary>Files whose bytes were read back and compared, with <c>-Verify</c>.</summary>
    public long FilesVerified { get; init; }

    /// <summary>Files restored with damage, or left out for it: their paths.</summary>
    public string[] Damaged { get; init; } = [];

    /// <summary>Errors reported.</summary>
    public long ErrorCount { get; init; }

    /// <summary>How long the restore took.</summary>
    public TimeSpan Duration { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Destination ?? string.Join(" ", BackupId);
}
