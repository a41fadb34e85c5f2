using System.Diagnostics;
using VtPS.Engine.Groups;
using VtPS.Engine.Histories;
using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Sync;

/// <summary>
/// One sync of a tree with a peer: <see cref="OpenAsync"/>, <see cref="PlanAsync"/>, <see cref="RunAsync"/>, in this order, then disposed of. Before the run neither tree changes,
/// so that whoever asks the user has the plan in hand. For one caller at a time.
/// </summary>
internal sealed partial class SyncOperation : IAsyncDisposable
{
    private readonly SyncRequest _request;
    private readonly IFetchingPeer _local;
    private readonly ISyncPeer _remote;
    private readonly IReadOnlyList<ContentOrigin> _sources;
    private readonly IOperationObserver _observer;
    private readonly DateTime _startTime = DateTime.Now;
    private readonly long _started = Stopwatch.GetTimestamp();
    private SyncTerms _terms = new();
    private VtSyncDirection _direction;
    private ScanSummary? _localScan;
    private ScanSummary? _remoteScan;
    private MergeSummary? _localMerge;
    private MergeSummary? _remoteMerge;
    private VtException? _gone;

    private SyncOperation(SyncRequest request, IFetchingPeer local, ISyncPeer remote, IReadOnlyList<ContentOrigin> sources, IOperationObserver observer)
    {
        _observer = observer;
        _sources = sources;
        _request = request;
        _local = local;
        _remote = remote;
    }

    /// <summary>What content came from whom, once the run has ended: the peer first, then the other sources; empty where none was needed.</summary>
    public IReadOnlyList<ContentShare> Shares { get; private set; } = [];

    /// <summary>Reaches both trees.</summary>
    /// <param name="request">What is to be synced.</param>
    /// <param name="indexes">The indexes of the Stores of revisions.</param>
    /// <param name="observer">Told of errors and progress.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="VtException">PathNotFound, StoreBusy, DestinationDenied, InvalidArgument (the two are one tree), PeerUnreachable and the other errors of a connection.</exception>
    public static async Task<SyncOperation> OpenAsync(SyncRequest request, IBlockIndexFactory indexes, IOperationObserver observer, CancellationToken cancellationToken)
    {
        bool isRemote = PeerAddress.TryParse(request.Peer, request.IsPeerFromData, out PeerAddress? address);
        if (!isRemote)
        {
            SyncTermsCheck.CheckPaths(request);
        }

        ProgressTurns turns = new(observer, isKept: !request.IsDry);
        LocalPeer local = new(request.Path, request.IsDry, isRemote, indexes, turns) { Store = request.Store };
        turns.OnPeer = local.Show;
        ISyncPeer remote;
        try
        {
            if (isRemote)
            {
                // While the peer is being reached, this tree is looked at. What comes of it shows when the plan is made.
                _ = local.OpenAsync(request.Exclude, cancellationToken);
            }

            remote = isRemote
                ? await RemotePeer.ConnectAsync(address!, request.IsDry, turns.Peer, cancellationToken).ConfigureAwait(false)
                : new LocalPeer(request.Peer, request.IsDry, compress: false, indexes, observer);
        }
        catch
        {
            await local.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new SyncOperation(request, local, remote, [.. request.Sources.Select(ContentOrigin.Of)], observer);
    }

    /// <summary>Syncs two peers that are given.</summary>
    /// <param name="request">How; its paths are names for messages alone.</param>
    /// <param name="local">The side called local; the operation then owns it.</param>
    /// <param name="remote">The other side; the operation then owns it.</param>
    /// <param name="observer">Told of what is refused.</param>
    /// <param name="sources">Trees that content for the local one may be read out of, too.</param>
    public static SyncOperation Of(SyncRequest request, IFetchingPeer local, ISyncPeer remote, IOperationObserver observer, IReadOnlyList<ContentOrigin>? sources = null) =>
        new(request, local, remote, sources ?? [], observer);

    /// <summary>Scans both trees, joins their histories and finds what is to be done. Writes nothing but what the scans found, and nothing at all for a dry request.</summary>
    /// <exception cref="VtException">EmptyRootRefused, TooManyDeletes, InvalidArgument (different groups), PeerRightDenied.</exception>
    public async Task<SyncPlan> PlanAsync(CancellationToken cancellationToken)
    {
        // One after the other: two processes that sync the same two trees in opposite directions must not each hold one.
        ReplicaSummary local = await _local.OpenAsync(_request.Exclude, cancellationToken).ConfigureAwait(false);
        ReplicaSummary remote = await _remote.OpenAsync(_request.Exclude, cancellationToken).ConfigureAwait(false);
        _terms = SyncTermsCheck.Agree(_request, local, remote);
        _direction = SyncTermsCheck.Allow(_request, local, remote);
        bool renewLocal = remote.Knowledge[local.Replica] > local.Knowledge[local.Replica] || remote.Knowledge[Dot.Decider(local.Replica)] > local.Knowledge[Dot.Decider(local.Replica)];
        bool renewRemote = local.Replica == remote.Replica
            || local.Knowledge[remote.Replica] > remote.Knowledge[remote.Replica] || local.Knowledge[Dot.Decider(remote.Replica)] > remote.Knowledge[Dot.Decider(remote.Replica)];
        Task<ScanSummary> scanLocal = _local.ScanAsync(_terms with { Renew = renewLocal, Peer = _remote.Name, Member = remote.Member }, cancellationToken);
        Task<ScanSummary> scanRemote = _remote.ScanAsync(_terms with { Renew = renewRemote, Peer = _local.Name, Member = local.Member }, cancellationToken);
        await Task.WhenAll(scanLocal, scanRemote).ConfigureAwait(false);
        _localScan = await scanLocal.ConfigureAwait(false);
        _remoteScan = await scanRemote.ConfigureAwait(false);
        await MergeAsync(cancellationToken).ConfigureAwait(false);
        TellRefused(_localMerge!, remote.Member);
        TellRefused(_remoteMerge!, local.Member);
        SyncTermsCheck.CheckDeletes(_request, _localMerge!, _request.Path);
        SyncTermsCheck.CheckDeletes(_request, _remoteMerge!, _request.Peer);
        return new SyncPlan
        {
            Actions = [.. Rows(_localMerge!, VtSyncSide.Local, null), .. Rows(_remoteMerge!, VtSyncSide.Remote, null)],
            BytesToFetch = _localMerge!.Needs.Sum(n => n.Data.Length - n.Offset),
            BytesToSend = _remoteMerge!.Needs.Sum(n => n.Data.Length - n.Offset),
            Conflicts = Conflicts,
        };
    }

    /// <summary>
    /// Does what the plan says. If it is stopped or cut off anywhere, the next sync goes on from there. A peer whose connection ends is no reason not to do what can be done here: the local tree
    /// gets what it needs, where all of its content is to be had, and the error comes after that.
    /// </summary>
    /// <param name="onAction">Gets each action with what became of it; null where nobody asks.</param>
    /// <param name="cancellationToken">Stops it: the result then is Interrupted.</param>
    /// <exception cref="VtException">PeerUnreachable and the other errors of a connection.</exception>
    public async Task<VtSyncResult> RunAsync(Action<VtSyncAction>? onAction, CancellationToken cancellationToken)
    {
        IReadOnlyList<VtSyncAction> local = [];
        IReadOnlyList<VtSyncAction> remote = [];
        bool isInterrupted = false;
        try
        {
            // The content first, while both trees are as they were: a history that is made durable must not speak of content that its author may since have deleted.
            await WithPeerAsync(() => SendAsync(cancellationToken)).ConfigureAwait(false);
            await FetchAsync(cancellationToken).ConfigureAwait(false);

            // What was decided here must be durable here before the peer knows it for good: forgotten here, its number would be used again for something else.
            Task begun = _local.BeginAsync(cancellationToken);
            await (HasDecided ? begun : Task.CompletedTask).ConfigureAwait(false);
            await Task.WhenAll(begun, WithPeerAsync(() => _remote.BeginAsync(cancellationToken))).ConfigureAwait(false);
            await WithPeerAsync(async () => remote = [.. Rows(_remoteMerge!, VtSyncSide.Remote, await _remote.ExecuteAsync(cancellationToken).ConfigureAwait(false))]).ConfigureAwait(false);
            local = [.. Rows(_localMerge!, VtSyncSide.Local, await _local.ExecuteAsync(cancellationToken).ConfigureAwait(false))];
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            isInterrupted = true;
        }

        foreach (VtSyncAction action in local.Concat(remote))
        {
            onAction?.Invoke(action);
        }

        if (_gone is not null && !isInterrupted)
        {
            throw _gone;
        }

        long waiting = _localScan!.Waiting + _remoteScan!.Waiting + local.Concat(remote).Count(a => a.Status == VtSyncActionStatus.Waiting);
        long errors = _localScan.Errors + _remoteScan.Errors + _localMerge!.Refused.Count + _remoteMerge!.Refused.Count + local.Concat(remote).Count(a => a.Status == VtSyncActionStatus.Failed);
        PeerStatistics? traffic = (_remote as RemotePeer)?.Statistics;
        return new VtSyncResult
        {
            Path = _request.Path,
            Peer = _request.Peer,
            GroupId = _terms.Group.ToString(),
            Status = isInterrupted ? VtBackupStatus.Interrupted : waiting + errors > 0 ? VtBackupStatus.CompleteWithErrors : VtBackupStatus.Complete,
            StartTime = _startTime,
            Duration = Stopwatch.GetElapsedTime(_started),
            LocalChanges = _localScan.Changes,
            RemoteChanges = _remoteScan.Changes,
            LocalActions = local.Count(a => a.Status == VtSyncActionStatus.Done),
            RemoteActions = remote.Count(a => a.Status == VtSyncActionStatus.Done),
            Conflicts = Conflicts,
            Waiting = waiting,
            Errors = errors,
            BytesSent = traffic?.BytesSent ?? 0,
            BytesReceived = traffic?.BytesReceived ?? 0,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _remote.DisposeAsync().ConfigureAwait(false);
        await _local.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Whether the merge here knows what neither scan did: its own decisions.</summary>
    private bool HasDecided => !_localScan!.Knowledge.Join(_remoteScan!.Knowledge).Covers(_localMerge!.Knowledge);

    private int Conflicts => _localMerge!.Conflicts.Union(_remoteMerge!.Conflicts).Count();
}
