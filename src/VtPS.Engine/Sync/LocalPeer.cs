using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Groups;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;
using VtPS.Engine.Replicas;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Sync;

/// <summary>A tree on this machine as a side of a sync. For one caller at a time.</summary>
internal sealed partial class LocalPeer : IFetchingPeer
{
    private readonly string _path;
    private readonly IBlockIndexFactory _indexes;
    private readonly IOperationObserver _observer;
    private readonly bool _compress;
    private readonly bool _readOnly;
    private ReplicaFolder? _folder;
    private DirectoryHandle? _root;
    private ReplicaState? _state;
    private Task<ReplicaSummary>? _opening;
    private Task<TreeLook>? _look;
    private Task _logging = Task.CompletedTask;
    private TreeRules? _rules;
    private StatusFile? _status;
    private SyncTerms _terms = new();
    private TreePlan? _plan;
    private ContentNeeds _needs = ContentNeeds.None;
    private HashSet<NodeId> _conflicts = [];
    private bool _isMerged;
    private byte[] _group = [];
    private TreeContents? _contents;
    private long _asked;
    private long _sent;
    private long _fetched;

    /// <param name="path">The tree's root: a full path.</param>
    /// <param name="readOnly">Nothing will be written, not even a lock: the sync only looks.</param>
    /// <param name="compress">Whether content is compressed on its way to the other side.</param>
    /// <param name="indexes">The index of the Store of revisions.</param>
    /// <param name="observer">Told of errors and progress.</param>
    public LocalPeer(string path, bool readOnly, bool compress, IBlockIndexFactory indexes, IOperationObserver observer)
    {
        _path = path;
        _readOnly = readOnly;
        _compress = compress;
        _indexes = indexes;
        _observer = observer;
    }

    public string Name => _path;

    /// <summary>Where the tree keeps what lasts: a full path; null: where it is.</summary>
    public string? Store { get; init; }

    /// <summary>The clock by which a source of content is found to be silent.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Called after each action on the tree.</summary>
    public Action? OnAction { get; init; }

    private ReplicaState State => _state ?? throw new InvalidOperationException("The tree is not open.");

    public Task<ReplicaSummary> OpenAsync(IReadOnlyList<string> exclude, CancellationToken cancellationToken) =>
        _opening ??= GuardAsync(Task.Run(() => Open(exclude, cancellationToken), cancellationToken));

    public async Task<ScanSummary> ScanAsync(SyncTerms terms, CancellationToken cancellationToken)
    {
        Task<TreeLook> looking = _look ?? throw new InvalidOperationException("The tree is not open.");
        using TreeLook look = await GuardAsync(looking).ConfigureAwait(false);
        _look = null;
        return await GuardAsync(() => Scan(look, terms, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    public Task<HistoryPart> HistorySinceAsync(VersionVector known, CancellationToken cancellationToken) => Task.Run(() => State.History.Since(known), cancellationToken);

    public Task<MergeSummary> MergeAsync(HistoryPart part, MergeTerms terms, CancellationToken cancellationToken) => GuardAsync(
        () =>
        {
            _conflicts = [.. terms.Conflicts];
            IReadOnlyList<string> refused = [];
            if (terms.IsRefused)
            {
                refused = [.. part.Records.Where(r => r.IsOtherThan(State.History.Find(r.Id))).Select(r => PathText.Format(r.Place.Name))];
                part = new HistoryPart(VersionVector.Empty, []);
            }
            else if (part.Records.Count > 0)
            {
                GroupRules.Check(ReadGroup(), _terms.Member, GroupRight.Merge);
            }

            VersionVector before = State.History.Knowledge;
            State.IsUnsettled |= State.History.Join(part);
            _isMerged = State.IsUnsettled || !State.History.Knowledge.Equals(before);
            if (State.IsUnsettled)
            {
                _conflicts.UnionWith(new Resolver(State.History, terms.Policy, terms.Local).Run());
                State.IsUnsettled = false;
            }

            return Plan(refused, cancellationToken);
        },
        cancellationToken);

    public Task BeginAsync(CancellationToken cancellationToken) => GuardAsync(
        () =>
        {
            if (_isMerged)
            {
                _folder!.Save(State);
            }

            _logging.GetAwaiter().GetResult();
            return true;
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await ((Task?)_opening ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _logging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_look is { } look)
        {
            await ((Task)look).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (look.IsCompletedSuccessfully)
            {
                (await look.ConfigureAwait(false)).Dispose();
            }
        }

        _status?.Dispose();
        _root?.Dispose();
        _folder?.Dispose();
    }

    private ReplicaSummary Open(IReadOnlyList<string> exclude, CancellationToken cancellationToken)
    {
        _folder = ReplicaFolder.Open(_path, _readOnly, Store);
        _root = TreeFiles.OpenRoot(_path);
        _rules = TreeRules.Create(exclude, TreeFiles.ReadRules(_path, ".vtignore") is { Length: > 0 } rules ? rules : null);
        _look = Task.Run(() => Look(_root, _rules, cancellationToken), cancellationToken);
        _state = _folder.Load();
        using TreeFiles files = new(_state, _root);
        bool IsOld(AppliedEntry entry)
        {
            using SafeFileHandle? file = files.Open(entry);
            return file is not null;
        }

        bool isRecovered = PlacementMarks.Recover(_state, _folder, IsOld, cancellationToken);
        if (!_readOnly)
        {
            StagingCheck.Run(_folder, cancellationToken);
        }

        if ((ParkingRecovery.Run(_state, _folder, _readOnly, cancellationToken) || isRecovered) && !_readOnly)
        {
            _folder.Save(_state);
        }

        if (!_readOnly)
        {
            PlacementMarks.End(_folder);
        }

        _group = TreeFiles.ReadRules(_path, GroupFile.Name);
        return new ReplicaSummary(_path, _state.History.Replica, _state.Group, _state.GroupName, _state.History.Knowledge, _state.Applied.Entries.Count, Environment.MachineName, _group);
    }

    private TreeLook Look(DirectoryHandle root, TreeRules rules, CancellationToken cancellationToken)
    {
        using ProgressMeter progress = new(_observer, "Looking");
        return TreeLook.Run(root, rules, progress.AddItems, cancellationToken);
    }

    private ScanSummary Scan(TreeLook look, SyncTerms terms, CancellationToken cancellationToken)
    {
        _terms = terms;
        GroupRules.Check(ReadGroup(), terms.Member, GroupRight.Read);
        bool isDirty = terms.Renew || State.Group != terms.Group || State.GroupName != terms.GroupName;
        State.Group = terms.Group;
        State.GroupName = terms.GroupName;
        if (terms.Renew)
        {
            State.History.Replica = History.NewReplica();
        }

        _status = new StatusFile(_folder!, State, terms.Peer, _readOnly);
        _status.Set("Scanning");
        ScanResult scan = new Scanner(State, _path, _rules!, _observer).Run(look, cancellationToken);
        State.IsUnsettled |= scan.Changes.Count > 0;
        if (!_readOnly && (isDirty || scan.IsDirty))
        {
            // Before anybody is told of them: a change that another replica knows of must not be forgotten here, or its number would be used again.
            _folder!.Save(State);
            DateTime now = DateTime.Now;
            ulong replica = State.History.Replica;
            _logging = Task.Run(() => SyncLog.Append(_folder, scan.Changes.Select(change => change.ToLine(_path, now, replica))), CancellationToken.None);
        }

        _status.Set("Merging");
        return new ScanSummary(State.History.Knowledge, State.IsUnsettled, scan.Changes.Count, State.Applied.Entries.Count, scan.Waiting, scan.Errors, []);
    }

    /// <summary>Does work on a thread of its own.</summary>
    private Task<T> GuardAsync<T>(Func<T> work, CancellationToken cancellationToken) => GuardAsync(Task.Run(work, cancellationToken));

    /// <summary>Says of a failure of the file system which tree it met.</summary>
    private async Task<T> GuardAsync<T>(Task<T> work)
    {
        try
        {
            return await work.ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(e);
        }
    }

    private VtException Failure(Exception e) => new(
        VtErrorId.DestinationWriteFailed, $"The sync of '{_path}' failed: {e.Message} What was done stays; run it again once the cause is gone, and it goes on from there.", _path, e);

    private MergeSummary Plan(IReadOnlyList<string> refused, CancellationToken cancellationToken)
    {
        _contents = new TreeContents(State, _root!, _compress);
        _plan = new Planner(State, _rules!, _conflicts, StagingArea.Look(_folder!)).Run();
        _needs = ContentNeeds.Create(State, _folder!, _root!, _plan, withBases: _compress && !_readOnly, _observer, cancellationToken);
        return new MergeSummary(State.History.Knowledge, [.. _plan.Actions.Select(a => a.ToRow(VtSyncSide.Local))], _needs.Requests, [.. _conflicts], State.Applied.Entries.Count, refused);
    }

    private GroupFile? ReadGroup() => GroupFile.Parse(Path.Join(_path, GroupFile.Name), _group);
}
