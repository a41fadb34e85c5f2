namespace VtPS.Engine.Backups;

/// <summary>What a backup left out by rule, so that a comparison with its sources leaves out the same. Rules of .vtignore files are in the sources themselves.</summary>
internal sealed record BackupRules
{
    /// <summary>gitignore patterns, as lines, in their order.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Whether the content of tagged cache directories was left out.</summary>
    public bool ExcludeCaches { get; init; }

    /// <summary>Files larger than this many bytes were left out.</summary>
    public long? ExcludeLargerThan { get; init; }

    /// <summary>Whether other file systems were left out.</summary>
    public bool OneFileSystem { get; init; }

    /// <summary>Whether nothing was left out.</summary>
    public bool IsEmpty => Exclude.Count == 0 && !ExcludeCaches && ExcludeLargerThan is null && !OneFileSystem;

    /// <summary>The rules of a request whose files of rules were read.</summary>
    public static BackupRules Of(BackupRequest request) => new()
    {
        Exclude = request.Exclude,
        ExcludeCaches = request.ExcludeCaches,
        ExcludeLargerThan = request.ExcludeLargerThan,
        OneFileSystem = request.OneFileSystem,
    };
}
