using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;

namespace VtPS.Engine.Replicas;

/// <summary>Finds what changed in a tree since the last sync and records it in the history, in memory. Entries that change while they are read wait for the next scan.</summary>
internal sealed class Scanner
{
    private readonly ReplicaState _state;
    private readonly TreeRules _rules;
    private readonly IOperationObserver _observer;
    private readonly ChangeRecorder _recorder;
    private long _errors;
    private long _waiting;

    /// <param name="state">The replica; its history and tree are changed.</param>
    /// <param name="path">The root's path, for messages.</param>
    /// <param name="rules">What is left out.</param>
    /// <param name="observer">Told of what cannot be read.</param>
    public Scanner(ReplicaState state, string path, TreeRules rules, IOperationObserver observer)
    {
        _state = state;
        _rules = rules;
        _observer = observer;
        _recorder = new ChangeRecorder(state, path);
    }

    /// <summary>Scans.</summary>
    /// <param name="look">The tree as it lies on disk; stays the caller's.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="VtException">EmptyRootRefused: nothing is there any more of a tree that had entries.</exception>
    public ScanResult Run(TreeLook look, CancellationToken cancellationToken)
    {
        LiveEntry root = look.Root;
        RefuseEmpty(root);
        LiveMatcher matcher = new(_state.Applied);
        matcher.MatchPlaces(root);
        if (_state.Applied.Entries.Count > 0 && !matcher.IsAllInPlace && look.Settle(cancellationToken))
        {
            // What was moved while the tree was looked at was seen twice, or not at all.
            RefuseEmpty(root);
            matcher = new LiveMatcher(_state.Applied);
            matcher.MatchPlaces(root);
        }

        foreach (VtError error in look.Errors)
        {
            Report(error);
        }

        List<LiveEntry> entries = [];
        List<LiveEntry> toRead = [];
        Gather(root, entries, toRead);
        Read(look.Pool, look.Top, toRead, cancellationToken);
        matcher.MatchContents(entries.FindAll(e => e.Match is null && !e.IsDirectory));
        _recorder.Expect(entries.Count(e => e.Match is null));
        foreach (LiveEntry entry in entries)
        {
            _recorder.Record(entry);
        }

        RecordGone(matcher, entries);
        return new ScanResult { Changes = _recorder.Changes, IsDirty = _recorder.IsDirty, Waiting = _waiting, Errors = _errors };
    }

    private void RefuseEmpty(LiveEntry root)
    {
        if (root.Children.Count == 0 && _state.Applied.Entries.Count > 0)
        {
            throw new VtException(VtErrorId.EmptyRootRefused, $"'{_recorder.Path}' is empty, but held {_state.Applied.Entries.Count} entries at its last sync. If its disk is not mounted, mount it; if everything in it is to be deleted at the peers too, leave one file in it.", _recorder.Path);
        }
    }

    /// <summary>Lists all entries, a folder before what it holds, and the files and links whose content must be read.</summary>
    private static void Gather(LiveEntry root, List<LiveEntry> entries, List<LiveEntry> toRead)
    {
        entries.AddRange(root.Children);
        for (int i = 0; i < entries.Count; i++)
        {
            LiveEntry entry = entries[i];
            if (entry.IsDirectory)
            {
                entry.Data = NodeData.Directory;
                entries.AddRange(entry.Children);
            }
            else if (entry.Match is { } known && known.Data.Type == entry.Status.Type && known.Facts.IsSameContent(entry.Status))
            {
                entry.Data = known.Data;
            }
            else
            {
                toRead.Add(entry);
            }
        }
    }

    private void Read(DirectoryPool pool, PooledDirectory top, List<LiveEntry> toRead, CancellationToken cancellationToken)
    {
        // Once for each folder, before the threads begin.
        Dictionary<LiveEntry, PooledDirectory> folders = [];
        PooledDirectory Find(LiveEntry folder)
        {
            if (folder.Parent is null)
            {
                return top;
            }

            if (!folders.TryGetValue(folder, out PooledDirectory? found))
            {
                folders.Add(folder, found = DirectoryPool.Add(Find(folder.Parent), folder.Name));
            }

            return found;
        }

        using ProgressMeter progress = new(_observer, "Scanning") { ItemsTotal = toRead.Count, BytesTotal = toRead.Where(e => e.Status.Type == VtItemType.File).Sum(e => e.Status.Size) };
        (LiveEntry Entry, PooledDirectory Folder)[] work = [.. toRead.Select(e => (e, Find(e.Parent!)))];
        Parallel.ForEach(work, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount }, item =>
        {
            try
            {
                Read(pool, item.Entry, item.Folder, progress.AddBytes, cancellationToken);
                progress.AddItem();
            }
            catch (IOException e)
            {
                item.Entry.IsLeftAlone = true;
                if (e is FileSystemException { Reason: FileSystemReason.NotFound or FileSystemReason.Stale or FileSystemReason.SymbolicLink or FileSystemReason.NotADirectory })
                {
                    Interlocked.Increment(ref _waiting);
                    return;
                }

                Report(new VtError(
                    e is FileSystemException { Reason: FileSystemReason.Denied } ? VtErrorId.SourceDenied : VtErrorId.SourceReadFailed,
                    $"'{item.Entry.Text}' could not be read: {e.Message} It stays as it was last seen.",
                    item.Entry.Text,
                    e));
            }
        });
    }

    private void Read(DirectoryPool pool, LiveEntry entry, PooledDirectory folder, Action<long> onRead, CancellationToken cancellationToken)
    {
        DirectoryHandle handle = pool.Acquire(folder);
        try
        {
            if (entry.Status.Type == VtItemType.SymbolicLink)
            {
                entry.Data = NodeData.Link(handle.ReadLink(entry.Name));
                return;
            }

            using SafeFileHandle file = handle.OpenFile(entry.Name);
            FileTime opened = FileTime.Now;
            FileStatus before = handle.GetStatus(file);
            VtBlockReference content = ContentHasher.Compute(file, cancellationToken, onRead);
            FileStatus after = handle.GetStatus(file);
            if (before.Type != VtItemType.File || before.Size != after.Size || before.Modified != after.Modified || content.Length != after.Size)
            {
                entry.IsLeftAlone = true;
                Interlocked.Increment(ref _waiting);
                return;
            }

            entry.Data = NodeData.File(content);
            entry.Status = after;
            entry.Opened = opened;
        }
        finally
        {
            pool.Release(folder);
        }
    }

    /// <summary>Records the deletion of what was not found, save what is left out or lies in a folder that could not be read.</summary>
    private void RecordGone(LiveMatcher matcher, List<LiveEntry> entries)
    {
        // What was renamed and cannot be read, or is being written, under its new name, is not gone: it is what has its inode.
        HashSet<ulong> inodes = [.. entries.Where(e => e.IsLeftAlone && e.Match is null).Select(e => e.Status.Inode)];
        HashSet<NodeId> unread = [.. entries.Where(e => e.IsDirectory && e.IsLeftAlone && e.Match is not null).Select(e => e.Match!.Id)];
        unread.UnionWith(_state.Applied.Entries.Where(e => inodes.Contains(e.Facts.Inode) && !matcher.IsMatched(e)).Select(e => e.Id));
        List<AppliedEntry> gone = [];
        foreach (AppliedEntry entry in _state.Applied.Entries)
        {
            if (!matcher.IsMatched(entry) && !_recorder.IsNew(entry) && !unread.Contains(entry.Id) && !LiesIn(entry, unread)
                && (_rules.Root.IsEmpty || _state.Applied.PathOf(entry.Place) is not { } path || !_rules.IsExcluded(path, entry.Data.IsDirectory)))
            {
                gone.Add(entry);
            }
        }

        // Below what stays, nothing was deleted; above what stays, nothing can be.
        _recorder.RecordDeleted(gone);
    }

    private bool LiesIn(AppliedEntry entry, HashSet<NodeId> folders)
    {
        for (NodeId at = entry.Place.Parent; folders.Count > 0 && !at.IsRoot;)
        {
            if (folders.Contains(at))
            {
                return true;
            }

            if (_state.Applied.Find(at) is not { } parent)
            {
                return false;
            }

            at = parent.Place.Parent;
        }

        return false;
    }

    private void Report(VtError error)
    {
        Interlocked.Increment(ref _errors);
        _observer.OnError(error);
    }
}
