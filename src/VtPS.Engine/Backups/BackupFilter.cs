namespace VtPS.Engine.Backups;

/// <summary>Which backups are meant. Everything given must hold.</summary>
internal sealed record BackupFilter
{
    /// <summary>Wildcards are allowed (* ? and [..]) and case does not count, in the next three.</summary>
    public IReadOnlyList<string> Subset { get; init; } = [];

    /// <summary>The backup has one of these.</summary>
    public IReadOnlyList<string> Tag { get; init; } = [];

    public IReadOnlyList<string> HostName { get; init; } = [];

    /// <summary>One of the backup's source paths is this, or lies above or below it.</summary>
    public string? SourcePath { get; init; }

    /// <summary>Begun at or after.</summary>
    public DateTime? Since { get; init; }

    /// <summary>Begun before.</summary>
    public DateTime? Before { get; init; }

    /// <summary>The newest so many of what the others leave.</summary>
    public int? Last { get; init; }
}
