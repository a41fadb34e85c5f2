namespace VtPS;

/// <summary>What an optimize run did, or with -WhatIf would do.</summary>
public sealed class VtOptimizeResult
{
    /// <summary>The path or URI of the Store.</summary>
    public required string Store { get; init; }

    /// <summary>The Store's id.</summary>
    public required string StoreId { get; init; }

    /// <summary>Backups in the Store, all of which were marked.</summary>
    public long BackupCount { get; init; }

    /// <summary>Blocks that the backups need.</summary>
    public long BlocksNeeded { get; init; }

    /// <summary>Blocks in the Store that no backup needs, or that stand there more than once.</summary>
    public long BlocksUnneeded { get; init; }

    /// <summary>Data files deleted.</summary>
    public long DataFilesDeleted { get; init; }

    /// <summary>Data files given up: a later run deletes them, once every writer that may rely on them has ended.</summary>
    public long DataFilesGivenUp { get; init; }

    /// <summary>Data files written to save blocks that are still needed.</summary>
    public long DataFilesWritten { get; init; }

    /// <summary>Bytes of the data files deleted.</summary>
    public long BytesDeleted { get; init; }

    /// <summary>Bytes of the data files given up and not deleted yet.</summary>
    public long BytesGivenUp { get; init; }

    /// <summary>Bytes of the data files written.</summary>
    public long BytesWritten { get; init; }

    /// <summary>Leases of writers judged dead and buried.</summary>
    public long LeasesBuried { get; init; }

    /// <summary>Leases that stood: their writers are waited for by later runs, not by this one.</summary>
    public long LeasesStanding { get; init; }

    /// <summary>With -Rekey: whether nothing is left that is sealed under an older key; if not, a later run goes on. False without.</summary>
    public bool RekeyFinished { get; init; }

    /// <summary>How long the run took.</summary>
    public TimeSpan Duration { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Store;
}
