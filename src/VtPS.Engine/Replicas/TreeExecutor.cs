using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>
/// Makes a tree what its history says. Each action looks at its place again first, and waits for the next sync if something has changed there; content is never written in place,
/// but made beside the tree and moved in; what was there goes to the revisions. If it is cut off anywhere, the next scan finds what was done to be what the history says.
/// </summary>
internal sealed partial class TreeExecutor : IDisposable
{
    private readonly ReplicaState _state;
    private readonly StagingArea _staging;
    private readonly RevisionFolder _revisions;
    private readonly DirectoryHandle _parking;
    private readonly FolderHandles _folders;
    private readonly bool _keepRevisions;
    private readonly Action _onDone;
    private readonly CancellationToken _cancellationToken;
    private readonly Lock _gate = new();

    /// <param name="state">The replica; its tree is kept in step.</param>
    /// <param name="folder">Its state folder.</param>
    /// <param name="root">The tree's root; stays the caller's.</param>
    /// <param name="staging">Holds what was fetched; stays the caller's.</param>
    /// <param name="keepRevisions">Whether what is replaced is kept.</param>
    /// <param name="onDone">Called after each action.</param>
    /// <param name="cancellationToken">Stops between two actions.</param>
    public TreeExecutor(ReplicaState state, ReplicaFolder folder, DirectoryHandle root, StagingArea staging, bool keepRevisions, Action onDone, CancellationToken cancellationToken)
    {
        _state = state;
        _staging = staging;
        _revisions = new RevisionFolder(folder);
        _parking = ReplicaFolder.OpenFolder(folder.Parked);
        _folders = new FolderHandles(state.Applied, root, _parking);
        _keepRevisions = keepRevisions;
        _onDone = onDone;
        _cancellationToken = cancellationToken;
    }

    private AppliedTree Applied => _state.Applied;

    /// <summary>Works through a plan.</summary>
    /// <exception cref="OperationCanceledException">It was stopped; what is done is noted in the tree.</exception>
    public void Run(TreePlan plan)
    {
        foreach (PlannedAction action in plan.Actions.Where(a => (a.IsMake || a.Kind == VtSyncActionKind.Update) && a.Record.Data.Type == VtItemType.File))
        {
            _staging.Expect(action.Record.Data);
        }

        _staging.Sweep(_revisions);
        CopyContents(plan);
        _staging.Prepare(_cancellationToken);

        // A file that has its name after a power cut must have its content, too.
        _parking.FlushFileSystem();
        Each(plan, a => a.Kind == VtSyncActionKind.Delete && !a.Record.IsDirectory, DeleteFile);
        ILookup<bool, PlannedAction> placed = plan.Actions.Where(a => a.IsMake || a.Kind == VtSyncActionKind.Move).ToLookup(IsNewFile);
        List<PlannedAction> framework = [.. placed[false].OrderBy(a => DepthOf(a.Record))];
        Applied.Expect(framework.Count + placed[true].Count());
        Each(framework, Put);
        PutFiles([.. placed[true]]);
        Each(plan, a => a.Kind == VtSyncActionKind.Update, Update);
        List<PlannedAction> folders = [.. plan.Actions.Where(a => a.Kind == VtSyncActionKind.Delete && a.Record.IsDirectory)];
        folders.Sort((a, b) => AppliedDepthOf(b.Record).CompareTo(AppliedDepthOf(a.Record)));
        Each(folders, DeleteFolder);
        Each(plan, a => a.Kind == VtSyncActionKind.Touch, Touch);
        FinishFolders(framework);
        foreach (AppliedEntry entry in Applied.Entries)
        {
            if (_state.History.Find(entry.Id) is { } record && entry.Matches(record))
            {
                entry.Seen = record.Seen;
            }
        }
    }

    public void Dispose()
    {
        _folders.Dispose();
        _parking.Dispose();
        _revisions.Dispose();
    }

    private void Each(TreePlan plan, Func<PlannedAction, bool> which, Action<PlannedAction> act) => Each(plan.Actions.Where(which), act);

    private void Each(IEnumerable<PlannedAction> actions, Action<PlannedAction> act)
    {
        foreach (PlannedAction action in actions)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            if (action.Status != VtSyncActionStatus.Planned)
            {
                continue;
            }

            try
            {
                act(action);
                if (action.Status == VtSyncActionStatus.Planned)
                {
                    action.Done();
                }
            }
            catch (FileSystemException e) when (e.Reason is FileSystemReason.NotFound or FileSystemReason.Stale or FileSystemReason.NotADirectory or FileSystemReason.SymbolicLink)
            {
                action.Wait("It, or a folder on the way to it, changed on this side meanwhile.");
            }
            catch (FileSystemException e) when (e.Reason == FileSystemReason.Exists)
            {
                action.Wait("Its name is taken by something that the last scan did not see, or by a name that this file system takes for the same.");
            }
            catch (IOException e)
            {
                action.Fail(e.Message);
            }

            _onDone();
        }
    }

    /// <summary>Copies content that lies elsewhere in the tree, before anything there moves.</summary>
    private void CopyContents(TreePlan plan)
    {
        Dictionary<NodeData, AppliedEntry>? sources = null;
        HashSet<NodeData> tried = [];
        foreach (PlannedAction action in plan.Actions.Where(a => (a.IsMake || a.Kind == VtSyncActionKind.Update) && a.Record.Data.Type == VtItemType.File))
        {
            _cancellationToken.ThrowIfCancellationRequested();
            NodeData data = action.Record.Data;
            if (data.IsInReference || !tried.Add(data))
            {
                continue;
            }

            if (sources is null)
            {
                sources = [];
                foreach (AppliedEntry entry in Applied.Entries)
                {
                    sources.TryAdd(entry.Data, entry);
                }
            }

            if (sources.TryGetValue(data, out AppliedEntry? source) && !_staging.Has(data))
            {
                try
                {
                    (DirectoryHandle folder, byte[] name) = _folders.Locate(source);
                    _staging.Copy(data, folder, name, _cancellationToken);
                }
                catch (IOException)
                {
                    // Whoever needs it finds that it is not there, and waits.
                }
            }
        }
    }

    private static void SetAttributes(DirectoryHandle folder, byte[] name, NodeRecord record)
    {
        Attributes attributes = record.Attribute;
        if (record.Data.Type != VtItemType.SymbolicLink)
        {
            folder.SetMode(name, attributes.Mode);
        }

        if (!record.IsDirectory)
        {
            folder.SetModified(name, attributes.Modified);
        }
    }

    /// <summary>Notes that an entry's content and attributes are those of a record.</summary>
    private static void Note(AppliedEntry entry, NodeRecord record, in FileStatus made, in FileStatus status)
    {
        entry.Data = record.Data;
        entry.Attributes = record.Attribute;
        entry.Facts = FactsOf(made, status);
    }

    /// <summary>The facts of what was put into its place. If another lies there already, the next scan reads it.</summary>
    private static FileFacts FactsOf(in FileStatus made, in FileStatus status)
    {
        FileFacts facts = FileFacts.Of(status, FileTime.Now);
        return facts with { IsTrusted = facts.IsTrusted && FileFacts.Of(made, FileTime.Now).IsSameEntry(status) };
    }

    /// <summary>Whether an entry is what it was when it was last looked at.</summary>
    private static bool IsAsKnown(AppliedEntry entry, in FileStatus status) =>
        status.Type == entry.Data.Type && entry.Facts.IsSameEntry(status);

    private List<byte[]> PathOf(AppliedEntry entry) => Applied.PathOf(entry.Place) ?? [entry.Place.Name];

    private int DepthOf(NodeRecord record)
    {
        int depth = 0;
        for (NodeId at = record.Place.Parent; !at.IsRoot; at = _state.History.Find(at)!.Place.Parent)
        {
            depth++;
        }

        return depth;
    }

    private int AppliedDepthOf(NodeRecord record) => Applied.Find(record.Id) is { } entry ? PathOf(entry).Count : 0;
}
