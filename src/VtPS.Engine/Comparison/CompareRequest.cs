namespace VtPS.Engine.Comparison;

/// <summary>What is to be compared.</summary>
internal sealed record CompareRequest
{
    public required VtBackup Reference { get; init; }

    /// <summary>The other backup, of the same Store; null where <see cref="DifferencePath"/> is given.</summary>
    public VtBackup? Difference { get; init; }

    /// <summary>A live folder that the backup's tree is compared with; null: the recorded sources, when <see cref="Difference"/> is null too.</summary>
    public byte[]? DifferencePath { get; init; }

    /// <summary>Compare live files by content, not only by size and time.</summary>
    public bool Content { get; init; }

    /// <summary>Give what is equal, too.</summary>
    public bool IncludeEqual { get; init; }

    /// <summary>Inside paths to which the comparison is confined; empty: all.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];
}
