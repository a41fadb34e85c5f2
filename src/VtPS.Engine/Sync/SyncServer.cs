using VtPS.Engine.Histories;
using VtPS.Engine.Protocol;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Sync;

/// <summary>Serves a tree of this machine to one client as a side of a sync, one call at a time.</summary>
/// <param name="path">The tree's root: a full path.</param>
/// <param name="indexes">The index of the Store of revisions.</param>
internal sealed class SyncServer(string path, IBlockIndexFactory indexes) : IStoreService
{
    private const int LongestMessage = 1 << 30;

    private readonly ServedObserver _observer = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private LocalPeer? _peer;
    private LocalSource? _source;

    public byte[] Greeting => [];

    private LocalPeer Peer => _peer ?? throw new InvalidDataException("The tree was not opened.");

    public async Task HandleAsync(IncomingCall call)
    {
        await _gate.WaitAsync(call.Cancelled).ConfigureAwait(false);
        try
        {
            _observer.Begin(call);
            await ServeAsync(call).ConfigureAwait(false);
        }
        finally
        {
            _observer.End();
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
        _closing.Dispose();
        _gate.Dispose();
    }

    private async ValueTask CloseAsync()
    {
        if (_peer is not null)
        {
            await _peer.DisposeAsync().ConfigureAwait(false);
            _peer = null;
        }

        if (_source is not null)
        {
            await _source.DisposeAsync().ConfigureAwait(false);
            _source = null;
        }
    }

    private async Task ServeAsync(IncomingCall call)
    {
        CancellationToken cancelled = call.Cancelled;
        switch (call.Method)
        {
            case PeerMethod.OpenTree when _source is null:
                (bool isDry, List<string> exclude) = SyncMessages.ReadOpening(await ReceiveAsync(call).ConfigureAwait(false));
                _peer ??= new LocalPeer(path, isDry, compress: true, indexes, _observer);

                // The look at the tree goes on when this call has ended.
                await AnswerAsync(call, SyncMessages.Write(await Peer.OpenAsync(exclude, _closing.Token).ConfigureAwait(false))).ConfigureAwait(false);
                break;
            case PeerMethod.ScanTree:
                ScanSummary scan = await Peer.ScanAsync(SyncMessages.ReadTerms(await ReceiveAsync(call).ConfigureAwait(false)), cancelled).ConfigureAwait(false);
                await AnswerAsync(call, SyncMessages.Write(scan with { Problems = _observer.Take() })).ConfigureAwait(false);
                break;
            case PeerMethod.HistorySince:
                HistoryPart part = await Peer.HistorySinceAsync(SyncMessages.ReadVector(await ReceiveAsync(call).ConfigureAwait(false)), cancelled).ConfigureAwait(false);
                await AnswerAsync(call, SyncMessages.Write(part, null)).ConfigureAwait(false);
                break;
            case PeerMethod.MergeHistory:
                (HistoryPart given, MergeTerms? terms) = SyncMessages.ReadPart(await ReceiveAsync(call).ConfigureAwait(false), withTerms: true);
                await AnswerAsync(call, SyncMessages.Write(await Peer.MergeAsync(given, terms!, cancelled).ConfigureAwait(false))).ConfigureAwait(false);
                break;
            case PeerMethod.BeginSync:
                await Peer.BeginAsync(cancelled).ConfigureAwait(false);
                await call.AnswerAsync(default).ConfigureAwait(false);
                break;
            case PeerMethod.ReadContent:
                List<ContentRequest> requests = SyncMessages.ReadRequests(await ReceiveAsync(call).ConfigureAwait(false));
                await call.AnswerAsync(default, withBody: true).ConfigureAwait(false);
                await foreach (ReadOnlyMemory<byte> packet in ((IContentSource?)_source ?? Peer).ReadContentAsync(requests, cancelled).ConfigureAwait(false))
                {
                    await Packets.SendAsync(call, packet, cancelled).ConfigureAwait(false);
                }

                await call.WriteAsync(default, true, cancelled).ConfigureAwait(false);
                break;
            case PeerMethod.StageContent:
                await Peer.StageAsync(Packets.ReceiveAsync(call, cancelled), cancelled).ConfigureAwait(false);
                await call.AnswerAsync(default).ConfigureAwait(false);
                break;
            case PeerMethod.ExecuteSync:
                ExecuteSummary done = await Peer.ExecuteAsync(cancelled).ConfigureAwait(false);
                await AnswerAsync(call, SyncMessages.Write(done with { Problems = _observer.Take() })).ConfigureAwait(false);
                break;
            case PeerMethod.OpenSource when _peer is null:
                SourceTerms reader = SyncMessages.ReadSourceTerms(call.Payload);
                _source ??= await Task.Run(() => LocalSource.Open(path, reader, compress: true), cancelled).ConfigureAwait(false);
                await call.AnswerAsync(default).ConfigureAwait(false);
                break;
            case PeerMethod.CloseTree:
                await CloseAsync().ConfigureAwait(false);
                await call.AnswerAsync(default).ConfigureAwait(false);
                break;
        }
    }

    private static async Task<byte[]> ReceiveAsync(IncomingCall call) => await Packets.ReceiveAllAsync(call, LongestMessage, call.Cancelled).ConfigureAwait(false);

    private static async Task AnswerAsync(IncomingCall call, byte[] message)
    {
        await call.AnswerAsync(default, withBody: true).ConfigureAwait(false);
        await Packets.SendAllAsync(call, message, call.Cancelled).ConfigureAwait(false);
    }
}
