namespace VtPS.Engine.Maintenance;

/// <summary>How a Store is to be optimized.</summary>
internal sealed record OptimizeRequest
{
    /// <summary>How much of a data file may be unneeded before it is rewritten, in percent of its blocks' bytes.</summary>
    public double MaximumUnusedPercent { get; init; } = 5;

    /// <summary>The most bytes of data files that one pass rewrites; null for no limit.</summary>
    public long? MaximumRepack { get; init; }

    /// <summary>How long a writer on another machine, or before the last start of this one, may give no sign of life before it is judged dead.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Rewrite, too, what is sealed under an older key than the present one.</summary>
    public bool Rekey { get; init; }

    /// <summary>Only find out; change nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Go on where the Store has data files and no backup at all.</summary>
    public bool Force { get; init; }
}
