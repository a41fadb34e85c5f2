namespace VtPS.Engine.Sync;

/// <summary>How much a source gets at once. The only one gets everything; of several each gets so much that towards the end there is something left for each.</summary>
/// <param name="Items">The most contents.</param>
/// <param name="Bytes">The bytes after which no more are added.</param>
internal readonly record struct FetchBatchLimit(int Items, long Bytes)
{
    // Less than this is sooner fetched than another source is reached.
    private const int LeastItems = 64;
    private const long LeastBytes = 1 << 20;

    private const int MostItems = 1024;
    private const long MostBytes = 32 << 20;

    /// <summary>Two batches are under way at each source, and as much again is to be left.</summary>
    private const int Parts = 4;

    /// <summary>The limit while some sources share what is wanted.</summary>
    public static FetchBatchLimit For(int sources, int items, long bytes) => sources == 1
        ? new FetchBatchLimit(int.MaxValue, long.MaxValue)
        : new FetchBatchLimit(Math.Clamp(items / (sources * Parts), LeastItems, MostItems), Math.Clamp(bytes / (sources * Parts), LeastBytes, MostBytes));

    /// <summary>Whether a batch that has so much gets more. The first content always fits.</summary>
    public bool Allows(int items, long bytes) => items < Items && bytes < Bytes;
}
