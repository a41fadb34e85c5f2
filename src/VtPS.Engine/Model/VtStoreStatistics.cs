namespace VtPS;

/// <summary>What a Store holds.</summary>
public sealed class VtStoreStatistics
{
    /// <summary>The path or URI of the Store.</summary>
    public required string Store { get; init; }

    /// <summary>The Store's id.</summary>
    public required string StoreId { get; init; }

    /// <summary>Backups in the Store.</summary>
    public long BackupCount { get; init; }

    /// <summary>Data files in the Store.</summary>
    public long DataFileCount { get; init; }

    /// <summary>Different blocks in the Store.</summary>
    public long BlockCount { get; init; }

    /// <summary>The sum of those blocks' lengths in bytes, before compression.</summary>
    public long BlockLength { get; init; }

    /// <summary>The bytes of the records that hold them, after compression.</summary>
    public long StoredLength { get; init; }

    /// <summary>The bytes of every object in the Store.</summary>
    public long StoreLength { get; init; }

    /// <summary>The sum of all file sizes of all backups in bytes: what as many plain copies would take.</summary>
    public long SourceLength { get; init; }

    /// <summary><see cref="SourceLength"/> divided by <see cref="StoreLength"/>; 0 for an empty Store.</summary>
    public double Ratio { get; init; }

    /// <summary>With <c>-Histogram</c>: the lower bounds of the classes of block length, in bytes (powers of two).</summary>
    public long[] HistogramBound { get; init; } = [];

    /// <summary>With <c>-Histogram</c>: how many blocks each class has.</summary>
    public long[] HistogramCount { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Store;
}
