namespace VtPS.Engine.Operations;

/// <summary>How far an operation is. Totals are null where nothing is known yet; estimates come from earlier runs.</summary>
internal readonly record struct OperationProgress
{
    /// <summary>What is being done, such as <c>Backing up</c>.</summary>
    public required string Activity { get; init; }

    public long ItemsDone { get; init; }

    public long? ItemsTotal { get; init; }

    public long BytesDone { get; init; }

    public long? BytesTotal { get; init; }

    /// <summary>The item in hand, in the escaped text form; null between items.</summary>
    public string? CurrentItem { get; init; }

    /// <summary>Inside a large item: bytes done and its size; 0 and 0 elsewhere.</summary>
    public long CurrentDone { get; init; }

    public long CurrentTotal { get; init; }

    /// <summary>Bytes a second over the last seconds.</summary>
    public double Rate { get; init; }

    /// <summary>The time still needed as now seen; null where nothing can be said.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>From 0 to 100; null where nothing can be said.</summary>
    public double? Percent { get; init; }
}
