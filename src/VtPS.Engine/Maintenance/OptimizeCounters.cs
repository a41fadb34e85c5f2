namespace VtPS.Engine.Maintenance;

/// <summary>What an optimize run counts over its passes.</summary>
internal sealed class OptimizeCounters
{
    public long Backups { get; set; }

    public long BlocksNeeded { get; set; }

    public long BlocksUnneeded { get; set; }

    public long DataFilesDeleted { get; set; }

    public long DataFilesGivenUp { get; set; }

    public long DataFilesWritten { get; set; }

    public long BytesDeleted { get; set; }

    public long BytesGivenUp { get; set; }

    public long BytesWritten { get; set; }

    public long LeasesBuried { get; set; }

    public long LeasesStanding { get; set; }
}
