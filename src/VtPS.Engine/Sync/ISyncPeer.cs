using VtPS.Engine.Histories;

namespace VtPS.Engine.Sync;

/// <summary>
/// One of the two trees of a sync, here or at the far end of a connection. The calls come in the order in which they stand here. Before <see cref="BeginAsync"/> nothing is written
/// but what the scan found and content that waits for its place; by a peer that was opened only to look, nothing at all. Content is read after the merge, before the beginning. For one caller at a time, but for that.
/// </summary>
internal interface ISyncPeer : IContentSource
{
    /// <summary>What it says of itself. It begins to look at the tree.</summary>
    /// <param name="exclude">gitignore patterns of what takes no part.</param>
    /// <param name="cancellationToken">Stops it, and the look at the tree.</param>
    Task<ReplicaSummary> OpenAsync(IReadOnlyList<string> exclude, CancellationToken cancellationToken);

    /// <summary>Finds what changed in it, and makes that durable before it returns.</summary>
    /// <exception cref="VtException">EmptyRootRefused.</exception>
    Task<ScanSummary> ScanAsync(SyncTerms terms, CancellationToken cancellationToken);

    /// <summary>The part of its history that some knowledge lacks.</summary>
    Task<HistoryPart> HistorySinceAsync(VersionVector known, CancellationToken cancellationToken);

    /// <summary>Takes in a part of the other's history, settles what there is to settle, and says what is to be done. With an empty part only the plan is made.</summary>
    Task<MergeSummary> MergeAsync(HistoryPart part, MergeTerms terms, CancellationToken cancellationToken);

    /// <summary>Takes in such packets, for the needs that the merge has told. What is whole stays, even if the rest never comes.</summary>
    Task StageAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> packets, CancellationToken cancellationToken);

    /// <summary>Makes its history durable. From here on the tree may change.</summary>
    Task BeginAsync(CancellationToken cancellationToken);

    /// <summary>Does what the merge asked for.</summary>
    /// <returns>What was not done.</returns>
    Task<ExecuteSummary> ExecuteAsync(CancellationToken cancellationToken);
}
