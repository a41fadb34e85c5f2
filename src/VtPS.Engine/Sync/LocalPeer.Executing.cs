using VtPS.Engine.Operations;
using VtPS.Engine.Replicas;

namespace VtPS.Engine.Sync;

/// <summary>What is done to the tree.</summary>
internal sealed partial class LocalPeer
{
    /// <summary>Shows in the status file how far the other side is.</summary>
    public void Show(OperationProgress progress) => _status?.Show(progress);

    public async Task<ExecuteSummary> ExecuteAsync(CancellationToken cancellationToken)
    {
        TreePlan plan = _plan!;
        await GuardAsync(
            () =>
            {
                try
                {
                    Execute(plan, cancellationToken);
                }
                finally
                {
                    Note(plan);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);

        Dictionary<int, ActionOutcome> undone = [];
        for (int i = 0; i < plan.Actions.Count; i++)
        {
            if (plan.Actions[i] is { Status: not VtSyncActionStatus.Done } action)
            {
                undone.Add(i, new ActionOutcome(action.Status, action.Reason));
            }
        }

        try
        {
            await RevisionStore.SettleAsync(_folder!, _terms, _indexes, _observer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is VtException or IOException or UnauthorizedAccessException)
        {
            _observer.OnError(new VtError((e as VtException)?.ErrorId ?? VtErrorId.DestinationWriteFailed, $"The revisions of '{_path}' are in '{_folder!.Revisions}' and could not be put into their Store: {e.Message}", _folder.Revisions, e));
        }

        _status!.Set(undone.Count == 0 ? "Synced" : "Waiting", State.Applied.Entries.Count);
        return new ExecuteSummary(undone, []);
    }

    private void Execute(TreePlan plan, CancellationToken cancellationToken)
    {
        if (plan.Actions.Count == 0)
        {
            return;
        }

        _status!.Set("Applying", plan.Actions.Count, 0);
        using StagingArea staging = new(_folder!);
        using ProgressMeter progress = new(_observer, "Applying") { ItemsTotal = plan.Actions.Count, BytesTotal = 0 };
        void OnDone()
        {
            progress.AddItem();
            _status.AddItem();
            OnAction?.Invoke();
        }

        using (TreeExecutor executor = new(State, _folder!, _root!, staging, _terms.KeepRevisions, OnDone, cancellationToken))
        {
            executor.Run(plan);
        }

        ParkingRecovery.Run(State, _folder!, readOnly: false, cancellationToken);
        if (plan.Actions.All(a => a.Status == VtSyncActionStatus.Done))
        {
            staging.Clear();
            RevisionFolder.TakeRecovered(_folder!);
        }

        foreach (PlannedAction action in plan.Actions.Where(a => a.Status == VtSyncActionStatus.Failed))
        {
            _observer.OnError(new VtError(VtErrorId.DestinationWriteFailed, $"'{action.Path}' in '{_path}' could not be synced: {action.Reason} The next sync tries it again.", action.Path, null));
        }
    }

    /// <summary>Notes what is done, however it ended; the state is never ahead of the tree after a power cut.</summary>
    private void Note(TreePlan plan)
    {
        if (plan.Actions.Count > 0)
        {
            Task flushing = Task.Run(_root!.FlushFileSystem);
            try
            {
                SyncLog.Append(_folder!, plan.Actions.Where(a => a.Status == VtSyncActionStatus.Done).Select(a => SyncLog.Line(_path, _terms.Peer, a)));
            }
            finally
            {
                flushing.GetAwaiter().GetResult();
                StagingCheck.End(_folder!);
                _folder!.Save(State);
                PlacementMarks.End(_folder);
            }
        }
    }
}
