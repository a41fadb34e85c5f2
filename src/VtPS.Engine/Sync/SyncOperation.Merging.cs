using VtPS.Engine.Groups;
using VtPS.Engine.Histories;
using VtPS.Engine.Operations;

namespace VtPS.Engine.Sync;

/// <summary>How histories and content go from one side to the other.</summary>
internal sealed partial class SyncOperation
{
    private async Task MergeAsync(CancellationToken cancellationToken)
    {
        HistoryPart nothing = new(VersionVector.Empty, []);
        VersionVector localKnowledge = _localScan!.Knowledge;
        MergeTerms terms = new(_request.ConflictPolicy, localKnowledge, []);
        bool isLocalRefused = _direction == VtSyncDirection.Pull && _request.Direction == VtSyncDirection.Both;
        bool isRemoteRefused = _direction == VtSyncDirection.Push && _request.Direction == VtSyncDirection.Both;
        if (localKnowledge.Equals(_remoteScan!.Knowledge) && !_localScan.IsUnsettled && !_remoteScan.IsUnsettled)
        {
            // Both know the same, and have nothing to settle: each plans for itself.
            Task<MergeSummary> here = _local.MergeAsync(nothing, terms, cancellationToken);
            Task<MergeSummary> there = _remote.MergeAsync(nothing, terms, cancellationToken);
            await Task.WhenAll(here, there).ConfigureAwait(false);
            (_localMerge, _remoteMerge) = (await here.ConfigureAwait(false), await there.ConfigureAwait(false));
            return;
        }

        HistoryPart toLocal = _direction == VtSyncDirection.Push && !isRemoteRefused ? nothing : await _remote.HistorySinceAsync(localKnowledge, cancellationToken).ConfigureAwait(false);
        _localMerge = await _local.MergeAsync(toLocal, terms with { IsRefused = isRemoteRefused }, cancellationToken).ConfigureAwait(false);

        // With all that was settled here: the peer then settles nothing anew.
        HistoryPart toRemote = _direction == VtSyncDirection.Pull && !isLocalRefused ? nothing : await _local.HistorySinceAsync(_remoteScan.Knowledge, cancellationToken).ConfigureAwait(false);
        _remoteMerge = await _remote.MergeAsync(toRemote, terms with { Conflicts = _localMerge.Conflicts, IsRefused = isLocalRefused }, cancellationToken).ConfigureAwait(false);
    }

    private void TellRefused(MergeSummary merge, GroupMember from)
    {
        if (merge.Refused.Count > 0)
        {
            _observer.OnError(new VtError(
                VtErrorId.PeerRightDenied,
                $"'{from}' may only read. {merge.Refused.Count} entries that are otherwise there are taken in by nobody, such as '{string.Join("', '", merge.Refused.Take(3))}'. Let it merge in {GroupFile.Name}, or bring them back there.",
                from.ToString(),
                null));
        }
    }

    /// <summary>What the peer needs comes from here.</summary>
    private async Task SendAsync(CancellationToken cancellationToken)
    {
        if (_remoteMerge!.Needs.Count > 0)
        {
            await _remote.StageAsync(_local.ReadContentAsync(_remoteMerge.Needs, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What is needed here comes from the peer, and from other trees of the group.</summary>
    private async Task FetchAsync(CancellationToken cancellationToken)
    {
        if (_localMerge!.Needs.Count > 0)
        {
            ContentOrigin peer = new(_remote.Name, (_, _) => _gone is null ? Task.FromResult<IContentSource>(new SharedSource(_remote)) : Task.FromException<IContentSource>(_gone));
            Shares = await _local.FetchAsync([peer, .. _sources], cancellationToken).ConfigureAwait(false);
            _gone ??= Shares[0].Failure;
        }
    }

    /// <summary>Does something with the peer, unless its connection has ended, or until it does.</summary>
    private async Task WithPeerAsync(Func<Task> work)
    {
        try
        {
            await (_gone is null ? work() : Task.CompletedTask).ConfigureAwait(false);
        }
        catch (VtException e) when (e.ErrorId is VtErrorId.PeerUnreachable or VtErrorId.PeerTimeout)
        {
            _gone = e;
        }
    }

    /// <summary>The actions that a merge asked for as rows, with what became of them where they were tried.</summary>
    private static IEnumerable<VtSyncAction> Rows(MergeSummary merge, VtSyncSide side, ExecuteSummary? executed) => merge.Actions.Select((a, number) =>
    {
        ActionOutcome outcome = new(executed is null ? VtSyncActionStatus.Planned : VtSyncActionStatus.Done, null);
        outcome = executed is not null && executed.Undone.TryGetValue(number, out ActionOutcome undone) ? undone : outcome;
        return new VtSyncAction
        {
            Action = a.Action,
            Side = side,
            Path = a.Path,
            OldPath = a.OldPath,
            ItemType = a.ItemType,
            Length = a.Length,
            LastWriteTime = a.LastWriteTime,
            Author = a.Author,
            Status = outcome.Status,
            Reason = outcome.Reason,
        };
    });
}
