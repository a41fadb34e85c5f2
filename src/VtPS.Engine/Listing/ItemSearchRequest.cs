namespace VtPS.Engine.Listing;

/// <summary>What is sought across backups.</summary>
internal sealed record ItemSearchRequest
{
    /// <summary>The backups to look in, oldest first.</summary>
    public required IReadOnlyList<VtBackup> Backups { get; init; }

    /// <summary>A wildcard pattern: without <c>/</c> for the name, with one for the whole path (<c>**</c> for any depth); null: all.</summary>
    public string? Path { get; init; }

    /// <summary>Written at or after.</summary>
    public DateTime? Since { get; init; }

    /// <summary>Written before.</summary>
    public DateTime? Before { get; init; }

    /// <summary>Files whose content is or contains the block of this hash.</summary>
    public VtHash? Hash { get; init; }
}
