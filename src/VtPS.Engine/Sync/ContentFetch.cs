using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Histories;
using VtPS.Engine.Replicas;

namespace VtPS.Engine.Sync;

/// <summary>
/// Fetches contents from several sources at once, a worker for each, by a <see cref="FetchLedger"/>. The first source is the sync's other side; the others are reached only when it leaves
/// something for them. What ends a source ends its worker, and others take over.
/// </summary>
internal sealed class ContentFetch
{
    /// <summary>How long a source may be silent while another has nothing to do.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly IReadOnlyList<ContentRequest> _requests;
    private readonly StagingArea _staging;
    private readonly Func<NodeData, SafeFileHandle?> _openBase;
    private readonly Action<long> _onBytes;
    private readonly TimeProvider _time;
    private readonly FetchLedger _ledger;
    private readonly bool[] _wasBegun;
    private readonly ContentWorker[] _workers;

    /// <param name="requests">What is to be fetched.</param>
    /// <param name="origins">Where it may come from, one at least.</param>
    /// <param name="terms">What the sources are told.</param>
    /// <param name="staging">Where it goes.</param>
    /// <param name="openBase">Opens the file that a content is to replace; null where that has changed. Called by many threads.</param>
    /// <param name="onBytes">Told of bytes that came, by many threads.</param>
    /// <param name="time">The clock.</param>
    public ContentFetch(
        IReadOnlyList<ContentRequest> requests, IReadOnlyList<ContentOrigin> origins, SourceTerms terms, StagingArea staging, Func<NodeData, SafeFileHandle?> openBase, Action<long> onBytes, TimeProvider time)
    {
        _requests = requests;
        _staging = staging;
        _openBase = openBase;
        _onBytes = onBytes;
        _ledger = new FetchLedger(requests, origins.Count);
        _wasBegun = new bool[requests.Count];
        _workers = [.. origins.Select((origin, i) => new ContentWorker(i, origin, terms, _ledger, this, time))];
        _time = time;
    }

    /// <summary>Fetches until everything is there, or is not to be had.</summary>
    /// <returns>What came from whom. A content that no source has is not there afterwards, and that is no error.</returns>
    /// <exception cref="VtException">What ended the first source, where something is missing.</exception>
    /// <exception cref="IOException">The staging folder cannot be written.</exception>
    public async Task<IReadOnlyList<ContentShare>> RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using CancellationTokenSource others = CancellationTokenSource.CreateLinkedTokenSource(all.Token);

        // Before anybody else looks for something to do.
        _workers[0].Prepare();
        Task watching = WatchAsync(all.Token);
        Task working = Task.WhenAll(_workers.Select(worker => RunAsync(worker, worker == _workers[0] ? all.Token : others.Token, all)));
        await Task.WhenAny(_ledger.Ended, working).ConfigureAwait(false);

        // The others are not needed any more, and may not even have been reached.
        await others.CancelAsync().ConfigureAwait(false);
        try
        {
            await working.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && _ledger.Ended.IsCompleted)
        {
            // Only by this.
        }
        finally
        {
            await all.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return _ledger.Missed > 0 && _workers[0].Failure is { } failure ? throw failure : [.. _workers.Select(worker => worker.Share)];
    }

    /// <summary>What to ask a source for, now: what is here of it may have grown since the beginning.</summary>
    public ContentRequest RequestFor(int item)
    {
        ContentRequest request = _requests[item];
        bool wasBegun = _wasBegun[item];
        _wasBegun[item] = true;
        return wasBegun ? request with { Offset = _staging.OffsetOf(request.Data) } : request;
    }

    /// <summary>What takes in the packets of one batch.</summary>
    /// <param name="requests">What was asked for.</param>
    /// <param name="onBytes">Told of bytes that came.</param>
    /// <param name="onEnd">Told what became of each.</param>
    public ContentStager CreateStager(IReadOnlyList<ContentRequest> requests, Action<long> onBytes, Action<int, ContentOutcome> onEnd) => new(
        _staging,
        requests,
        _openBase,
        bytes =>
        {
            onBytes(bytes);
            _onBytes(bytes);
        },
        onEnd);

    private static async Task RunAsync(ContentWorker worker, CancellationToken cancellationToken, CancellationTokenSource all)
    {
        try
        {
            await worker.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A failure of this side is one of all.
            await all.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Looks for sources that say nothing while others could do their work.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Patience / 10, _time, cancellationToken).ConfigureAwait(false);
            foreach (ContentWorker worker in _workers)
            {
                worker.CheckProgress();
            }
        }
    }
}
