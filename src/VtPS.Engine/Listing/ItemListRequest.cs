namespace VtPS.Engine.Listing;

/// <summary>Which items of a backup are to be listed.</summary>
internal sealed record ItemListRequest
{
    public required VtBackup Backup { get; init; }

    /// <summary>Inside paths in the escaped text form, wildcards allowed in every name; empty: the top. A directory lists its entries, a file itself.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    public bool Recurse { get; init; }

    /// <summary>How many levels below the first; null with <see cref="Recurse"/>: all.</summary>
    public int? Depth { get; init; }

    /// <summary>A wildcard pattern for the item's name; null: all.</summary>
    public string? Filter { get; init; }

    public bool FilesOnly { get; init; }

    public bool DirectoriesOnly { get; init; }
}
