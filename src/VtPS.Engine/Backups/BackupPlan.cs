namespace VtPS.Engine.Backups;

/// <summary>What a backup run would do, found by walking without reading a file's content or writing anything.</summary>
internal sealed record BackupPlan
{
    public required string Subset { get; init; }

    public required string HostName { get; init; }

    public IReadOnlyList<string> BasedOn { get; init; } = [];

    public long FilesNew { get; init; }

    public long FilesChanged { get; init; }

    public long FilesUnchanged { get; init; }

    public long Directories { get; init; }

    public long Others { get; init; }

    /// <summary>Bytes of the files that would be read.</summary>
    public long BytesToRead { get; init; }
}
