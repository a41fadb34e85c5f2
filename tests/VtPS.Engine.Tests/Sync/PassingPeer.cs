using VtPS.Engine.Histories;
using VtPS.Engine.Sync;

namespace VtPS.Engine.Tests.Sync;

/// <summary>Does what another peer does.</summary>
internal class PassingPeer(IFetchingPeer inner) : IFetchingPeer
{
    public string Name => inner.Name;

    public Task<ReplicaSummary> OpenAsync(IReadOnlyList<string> exclude, CancellationToken cancellationToken) => inner.OpenAsync(exclude, cancellationToken);

    public Task<ScanSummary> ScanAsync(SyncTerms terms, CancellationToken cancellationToken) => inner.ScanAsync(terms, cancellationToken);

    public Task<HistoryPart> HistorySinceAsync(VersionVector known, CancellationToken cancellationToken) => inner.HistorySinceAsync(known, cancellationToken);

    public Task<MergeSummary> MergeAsync(HistoryPart part, MergeTerms terms, CancellationToken cancellationToken) => inner.MergeAsync(part, terms, cancellationToken);

    public virtual IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancellationToken) => inner.ReadContentAsync(requests, cancellationToken);

    public Task StageAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> packets, CancellationToken cancellationToken) => inner.StageAsync(packets, cancellationToken);

    public Task<IReadOnlyList<ContentShare>> FetchAsync(IReadOnlyList<ContentOrigin> origins, CancellationToken cancellationToken) => inner.FetchAsync(origins, cancellationToken);

    public virtual Task BeginAsync(CancellationToken cancellationToken) => inner.BeginAsync(cancellationToken);

    public Task<ExecuteSummary> ExecuteAsync(CancellationToken cancellationToken) => inner.ExecuteAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
