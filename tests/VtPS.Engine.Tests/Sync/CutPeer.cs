using System.Runtime.CompilerServices;
using VtPS.Engine.Histories;
using VtPS.Engine.Sync;

namespace VtPS.Engine.Tests.Sync;

/// <summary>A peer whose connection ends after so many calls and packets.</summary>
/// <param name="inner">The peer; the side that runs the sync is a <see cref="LocalPeer"/>.</param>
/// <param name="after">How many.</param>
internal sealed class CutPeer(ISyncPeer inner, int after) : IFetchingPeer
{
    private int _left = after;

    public string Name => inner.Name;

    /// <summary>What is waited for before each packet.</summary>
    public Task Gate { get; init; } = Task.CompletedTask;

    public Task<ReplicaSummary> OpenAsync(IReadOnlyList<string> exclude, CancellationToken cancellationToken) => Do(() => inner.OpenAsync(exclude, cancellationToken));

    public Task<ScanSummary> ScanAsync(SyncTerms terms, CancellationToken cancellationToken) => Do(() => inner.ScanAsync(terms, cancellationToken));

    public Task<HistoryPart> HistorySinceAsync(VersionVector known, CancellationToken cancellationToken) => Do(() => inner.HistorySinceAsync(known, cancellationToken));

    public Task<MergeSummary> MergeAsync(HistoryPart part, MergeTerms terms, CancellationToken cancellationToken) => Do(() => inner.MergeAsync(part, terms, cancellationToken));

    public Task BeginAsync(CancellationToken cancellationToken) => Do(async () =>
    {
        await inner.BeginAsync(cancellationToken);
        return 0;
    });

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancellationToken) =>
        CutAsync(inner.ReadContentAsync(requests, cancellationToken), cancellationToken);

    public Task StageAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> packets, CancellationToken cancellationToken) => Do(async () =>
    {
        await inner.StageAsync(CutAsync(packets, cancellationToken), cancellationToken);
        return 0;
    });

    public Task<IReadOnlyList<ContentShare>> FetchAsync(IReadOnlyList<ContentOrigin> origins, CancellationToken cancellationToken) => Do(() => ((IFetchingPeer)inner).FetchAsync(
        [.. origins.Select(origin => origin with { OpenAsync = async (terms, token) => new CutSource(this, await origin.OpenAsync(terms, token)) })], cancellationToken));

    public Task<ExecuteSummary> ExecuteAsync(CancellationToken cancellationToken) => Do(() => inner.ExecuteAsync(cancellationToken));

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> CutAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> packets, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (ReadOnlyMemory<byte> packet in packets.WithCancellation(cancellationToken))
        {
            await Gate;
            Count();
            yield return packet;
        }
    }

    /// <summary>The call is done, and its answer may get lost.</summary>
    private async Task<T> Do<T>(Func<Task<T>> call)
    {
        Count();
        T result = await call();
        Count();
        return result;
    }

    private void Count()
    {
        if (Interlocked.Decrement(ref _left) < 0)
        {
            throw new VtException(VtErrorId.PeerUnreachable, "The connection was cut.", inner.Name);
        }
    }

    private sealed class CutSource(CutPeer peer, IContentSource source) : IContentSource
    {
        public string Name => source.Name;

        public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancellationToken) =>
            peer.CutAsync(source.ReadContentAsync(requests, cancellationToken), cancellationToken);

        public ValueTask DisposeAsync() => source.DisposeAsync();
    }
}
