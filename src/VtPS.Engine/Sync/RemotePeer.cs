using System.Runtime.CompilerServices;
using VtPS.Engine.Histories;
using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;

namespace VtPS.Engine.Sync;

/// <summary>A tree at the far end of a connection as a side of a sync. When the connection ends, the sync ends; run again, it goes on from what was finished. For one caller at a time.</summary>
internal sealed class RemotePeer : ISyncPeer
{
    private const int LongestMessage = 1 << 30;

    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(10);

    private readonly PeerConnection _connection;
    private readonly bool _isDry;
    private readonly IOperationObserver _observer;

    private RemotePeer(PeerConnection connection, bool isDry, IOperationObserver observer)
    {
        _connection = connection;
        _isDry = isDry;
        _observer = observer;
    }

    private delegate T MessageReader<T>(ReadOnlyMemory<byte> message);

    public string Name => _connection.Name;

    /// <summary>What went over the connection so far.</summary>
    public PeerStatistics Statistics => _connection.Statistics;

    /// <summary>Reaches a tree.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="isDry">Whether nothing there may be written, not even a lock.</param>
    /// <param name="observer">Told of the errors that the far end tells of, and of its progress.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="VtException">PeerUnreachable, PeerTimeout, PeerProtocolMismatch, PeerRightDenied.</exception>
    public static Task<RemotePeer> ConnectAsync(PeerAddress address, bool isDry, IOperationObserver observer, CancellationToken cancellationToken) =>
        ConnectAsync(address.Connect(), address.Store, isDry, observer, cancellationToken);

    /// <summary>Reaches a tree over streams, which the result then owns.</summary>
    public static async Task<RemotePeer> ConnectAsync(IPeerTransport transport, string path, bool isDry, IOperationObserver observer, CancellationToken cancellationToken) =>
        new(await TreeConnection.OpenAsync(transport, path, cancellationToken).ConfigureAwait(false), isDry, observer);

    public async Task<ReplicaSummary> OpenAsync(IReadOnlyList<string> exclude, CancellationToken cancellationToken) =>
        await AskAsync(PeerMethod.OpenTree, null, SyncMessages.Write(_isDry, exclude), m => SyncMessages.ReadReplica(m.Span), cancellationToken).ConfigureAwait(false);

    public async Task<ScanSummary> ScanAsync(SyncTerms terms, CancellationToken cancellationToken)
    {
        ScanSummary scan = await AskAsync(PeerMethod.ScanTree, null, SyncMessages.Write(terms), m => SyncMessages.ReadScan(m.Span), cancellationToken, isLong: true).ConfigureAwait(false);
        Report(scan.Problems);
        return scan;
    }

    public async Task<HistoryPart> HistorySinceAsync(VersionVector known, CancellationToken cancellationToken) =>
        await AskAsync(PeerMethod.HistorySince, null, SyncMessages.Write(known), m => SyncMessages.ReadPart(m.Span, withTerms: false).Part, cancellationToken).ConfigureAwait(false);

    public async Task<MergeSummary> MergeAsync(HistoryPart part, MergeTerms terms, CancellationToken cancellationToken) =>
        await AskAsync(PeerMethod.MergeHistory, null, SyncMessages.Write(part, terms), m => SyncMessages.ReadMerge(m.Span), cancellationToken, isLong: true).ConfigureAwait(false);

    public async Task BeginAsync(CancellationToken cancellationToken) =>
        await _connection.CallAsync(PeerMethod.BeginSync, default, cancellationToken).ConfigureAwait(false);

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancellationToken) => TreeConnection.ReadContentAsync(_connection, requests, cancellationToken);

    public async Task StageAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> packets, CancellationToken cancellationToken)
    {
        ProgressRelay relay = new(_observer, Name);
        await using ConfiguredAsyncDisposable relaying = relay.ConfigureAwait(false);
        OutgoingCall call = await _connection.BeginAsync(PeerMethod.StageContent, default, true, cancellationToken, relay.Listener).ConfigureAwait(false);
        await using (call.ConfigureAwait(false))
        {
            await foreach (ReadOnlyMemory<byte> packet in packets.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                await Packets.SendAsync(call, packet, cancellationToken).ConfigureAwait(false);
            }

            await call.WriteAsync(default, true, cancellationToken).ConfigureAwait(false);
            await call.AnswerAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<ExecuteSummary> ExecuteAsync(CancellationToken cancellationToken)
    {
        ExecuteSummary done = await AskAsync(PeerMethod.ExecuteSync, null, null, m => SyncMessages.ReadExecute(m.Span), cancellationToken, isLong: true).ConfigureAwait(false);
        Report(done.Problems);
        return done;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // The next sync may come at once: the far end's lock is to be free by then.
            using CancellationTokenSource patience = new(CloseTime);
            await _connection.CallAsync(PeerMethod.CloseTree, default, patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is VtException or OperationCanceledException)
        {
            // The end of the connection frees it as well.
        }

        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private void Report(IReadOnlyList<VtError> problems)
    {
        foreach (VtError problem in problems)
        {
            _observer.OnError(problem with { Message = $"{Name}: {problem.Message}" });
        }
    }

    /// <summary>Makes a call whose answer is a message.</summary>
    /// <param name="method">What is asked for.</param>
    /// <param name="payload">The request's payload.</param>
    /// <param name="message">The request's body; null for none.</param>
    /// <param name="read">Reads the answer.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <param name="isLong">Whether it may take long, so that progress is asked for.</param>
    private async Task<T> AskAsync<T>(PeerMethod method, byte[]? payload, byte[]? message, MessageReader<T> read, CancellationToken cancellationToken, bool isLong = false)
    {
        ProgressRelay relay = new(_observer, Name);
        await using ConfiguredAsyncDisposable relaying = relay.ConfigureAwait(false);
        OutgoingCall call = await _connection.BeginAsync(method, payload, message is not null, cancellationToken, isLong ? relay.Listener : null).ConfigureAwait(false);
        await using (call.ConfigureAwait(false))
        {
            if (message is not null)
            {
                await Packets.SendAllAsync(call, message, cancellationToken).ConfigureAwait(false);
            }

            await call.AnswerAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return read(await Packets.ReceiveAllAsync(call, LongestMessage, cancellationToken).ConfigureAwait(false));
            }
            catch (InvalidDataException e)
            {
                throw PeerFailures.Mismatch(Name, new InvalidDataException("an answer of it cannot be understood", e), null);
            }
        }
    }
}
