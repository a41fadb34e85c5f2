namespace VtPS.Engine.Backups;

/// <summary>What is to change about a backup's record; null leaves a thing as it is.</summary>
internal sealed record AmendBackupRequest
{
    public required string BackupId { get; init; }

    /// <summary>Replaces all tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    public IReadOnlyList<string> AddTags { get; init; } = [];

    public IReadOnlyList<string> RemoveTags { get; init; } = [];

    /// <summary>The empty string removes the comment.</summary>
    public string? Comment { get; init; }

    public bool? Pinned { get; init; }
}
