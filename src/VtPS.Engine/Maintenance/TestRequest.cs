namespace VtPS.Engine.Maintenance;

/// <summary>How a Store is to be checked. Without more, its structure: every object is understood, every data file tells its records, every reference leads to a block.</summary>
internal sealed record TestRequest
{
    /// <summary>Read every record of every data file and hash every block in it.</summary>
    public bool Data { get; init; }

    /// <summary>Of the records that would be read, only so many, chosen at random: more than 0, at most 100. Implies <see cref="Data"/>.</summary>
    public double? SamplePercent { get; init; }

    /// <summary>Only what these backups, by their whole ids, stand on; null for the whole Store.</summary>
    public IReadOnlySet<string>? BackupIds { get; init; }

    /// <summary>Draws the sample; null for one of its own.</summary>
    public Random? Random { get; init; }
}
