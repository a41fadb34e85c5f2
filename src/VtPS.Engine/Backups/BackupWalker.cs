using System.Runtime.ExceptionServices;
using VtPS.Engine.Blocks;
using VtPS.Engine.Hashing;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Backups;

/// <summary>
/// Walks the sources in the order of name bytes, depth first, on a stack of its own: takes from the scanner what every entry is, compares it with the bases,
/// and sends to the workers what must be read.
/// </summary>
internal sealed class BackupWalker
{
    private readonly BackupRun _run;
    private readonly SourcePlan _plan;
    private readonly IReadOnlyList<BaseBackup> _bases;
    private readonly IOperationObserver _observer;
    private readonly LinkGroups _links = new();
    private readonly StoreTreeReader _trees;
    private readonly Stack<WalkFrame> _stack = new();
    private FileBatch _batch = new();
    private int _missing;

    public BackupWalker(BackupRun run, SourcePlan plan, IReadOnlyList<BaseBackup> bases, IOperationObserver observer)
    {
        _run = run;
        _plan = plan;
        _bases = bases;
        _observer = observer;
        _trees = (StoreTreeReader)run.Session.Trees;
    }

    /// <summary>Walks everything, or until the run stops.</summary>
    public void Walk()
    {
        using SourceScanner scanner = new(_run.Request, _run.Counters, _plan, _run.Stopping);
        try
        {
            PushTop(scanner);
            while (_stack.TryPeek(out WalkFrame? frame) && !_run.IsStopping)
            {
                if (frame.TryNext(scanner, out int slot, out byte[] name, out ScannedEntry entry))
                {
                    Visit(scanner, frame, slot, name, entry);
                }
                else
                {
                    _stack.Pop();
                    frame.Release();
                    _run.ReleaseBuilder(frame.Builder);
                }
            }

            if (!_run.IsStopping)
            {
                SendBatch();
            }
        }
        finally
        {
            _batch.Drop();
            while (_stack.TryPop(out WalkFrame? frame))
            {
                frame.Release();
            }
        }
    }

    private void PushTop(SourceScanner scanner)
    {
        BaseDirectory?[] bases = new BaseDirectory?[_bases.Count];
        for (int i = 0; i < bases.Length; i++)
        {
            bases[i] = BaseDirectory.TryRead(_trees, VtBlockReference.Parse(_bases[i].Backup.Root), _bases[i].Backup.SideCar, _bases[i].IsComplete, _run.Stopping);
        }

        ScannedPart first = scanner.TakeFirst(null);
        DirectoryBuilder builder = new(null, 0, [], _plan.Root, first.Directory.Names.Length) { Base = FirstOf(bases), Sources = _plan.Root is null ? _plan.Top : null };
        _run.SetRoot(builder);
        _stack.Push(new WalkFrame(first.Directory, first, builder, bases));
    }

    private void Visit(SourceScanner scanner, WalkFrame frame, int slot, byte[] name, in ScannedEntry seen)
    {
        SourceNode? node = seen.Node;
        VtItemType type = seen.Failure is null ? seen.Status.Type : VtItemType.Unknown;
        SharedDirectory? parent = null;
        try
        {
            if (seen.Failure is not null)
            {
                ExceptionDispatchInfo.Throw(seen.Failure);
            }

            if (seen.IsExcluded)
            {
                Interlocked.Increment(ref _run.Counters.Excluded);
                return;
            }

            if (node is { IsWhole: false } && type != VtItemType.Directory)
            {
                string path = PathText.Format(FirstPath(node));
                throw new VtException(VtErrorId.PathNotFound, $"'{path}' is not reached through directories alone: '{PathText.Format(frame.Builder.InsidePath(name))}' below the root is a {type}. Give the path that it leads to; nothing was backed up.", path);
            }

            parent = frame.ParentOf(seen);
            switch (type)
            {
                case VtItemType.Directory:
                    VisitDirectory(scanner, frame, parent, slot, name, seen);
                    break;
                case VtItemType.File:
                    VisitFile(frame, parent, slot, name, seen.Status);
                    break;
                case VtItemType.Socket:
                    Interlocked.Increment(ref _run.Counters.Sockets);
                    if (_observer.WantsItems)
                    {
                        _observer.OnItem(new VtFileResult { Path = PathText.Format(frame.Builder.InsidePath(name)), ItemType = type, Action = VtFileAction.Ignored });
                    }

                    break;
                case VtItemType.Unknown:
                    throw new FileSystemException(FileSystemReason.Other, 0, "It is of a type that VtPS does not know.");
                default:
                    VisitOther(frame, parent, slot, name, seen.Status);
                    break;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (node is not null && e is FileSystemException { Reason: FileSystemReason.NotFound or FileSystemReason.NotADirectory })
            {
                _missing += CountPaths(node);
                if (!_run.Request.SkipMissing || _missing == _plan.Paths.Count)
                {
                    string path = PathText.Format(FirstPath(node));
                    throw new VtException(VtErrorId.PathNotFound, $"'{path}' is not there. Check the path; nothing was backed up.", path, e);
                }
            }

            _run.Fail(frame.Builder, name, type, e);
        }
        finally
        {
            parent?.Release();
            seen.Parent?.Release();
        }
    }

    private void VisitFile(WalkFrame frame, SharedDirectory parent, int slot, byte[] name, in FileStatus status)
    {
        if (_run.Request.ExcludeLargerThan is { } limit && status.Size > limit)
        {
            Interlocked.Increment(ref _run.Counters.Excluded);
            return;
        }

        LinkGroup? group = null;
        if (status.LinkCount > 1)
        {
            group = _links.Get(status, out bool first);
            if (!first)
            {
                JoinGroup(frame, slot, name, group);
                return;
            }

            group.Id = BlockHasher.Compute(_run.HashName, frame.Builder.InsidePath(name)).ToByteArray();
        }

        TreeEntry? newest = null;
        ExtendedAttribute[]? attributes = null;
        for (int i = 0; i < frame.Bases.Length; i++)
        {
            if (frame.Find(i, name, out SideEntry? side) is not { } known)
            {
                continue;
            }

            newest ??= known;
            bool sameInode = EntryFactory.IsSameInode(status, side);
            if (sameInode)
            {
                attributes ??= known.ExtendedAttributes;
            }

            if (EntryFactory.IsUnchanged(_run.Request.ChangeTest, status, known, side) && (frame.Bases[i]!.IsComplete || HasAll(known.Content!)))
            {
                bool leftOut = false;
                ExtendedAttribute[] kept = sameInode ? known.ExtendedAttributes : _run.Fitting(frame.Builder, name, parent.Handle.GetExtendedAttributes(name), out leftOut);
                TreeEntry entry = EntryFactory.Create(name, status, known, kept, null, known.Content, known.Sparse, false, group?.Id);

                // Where the test did not ask for the ctime, the one that the content was read at stays: a stricter test of a later run still sees the difference.
                SideEntry fresh = side!.Value.Changed == status.Changed ? EntryFactory.Side(status, frame.Looked, leftOut) : side.Value with { Inode = status.Inode, Trusted = !leftOut };
                Interlocked.Increment(ref _run.Counters.FilesUnchanged);
                _run.PutFile(frame.Builder, slot, entry, fresh, VtFileAction.Unchanged, 0);
                group?.Tell(entry, fresh);
                return;
            }
        }

        FileJob job = new()
        {
            Directory = parent.AddUser(),
            Builder = frame.Builder,
            Slot = slot,
            Name = name,
            Status = status,
            Base = newest,
            Attributes = attributes,
            Group = group,
        };
        if (_run.IsDry)
        {
            _run.FinishDry(job);
            group?.Tell(EntryFactory.Create(name, status, newest, [], null, VtBlockReference.Empty, false, false, null), default);
            return;
        }

        frame.Builder.Expect();
        if (status.Size > FileReading.LargeFile)
        {
            SendBatch();
        }

        _batch.Add(job);
        if (_batch.IsFull)
        {
            SendBatch();
        }
    }

    /// <summary>A further name of a file: its content comes with the first.</summary>
    private void JoinGroup(WalkFrame frame, int slot, byte[] name, LinkGroup group)
    {
        DirectoryBuilder builder = frame.Builder;
        TreeEntry? known = null;
        for (int i = 0; i < frame.Bases.Length; i++)
        {
            TreeEntry? found = frame.Find(i, name, out _);
            known ??= found;
        }

        builder.Expect();
        group.WhenKnown((first, side) =>
        {
            if (first is null)
            {
                _run.Fail(builder, name, VtItemType.File, new IOException("Another name of the same file could not be read."));
            }
            else
            {
                VtFileAction action = known is null ? VtFileAction.New
                    : first.Content!.Equals(known.Content) && first.Modified == known.Modified ? VtFileAction.Unchanged
                    : VtFileAction.Changed;
                Interlocked.Increment(ref action == VtFileAction.New ? ref _run.Counters.FilesNew
                    : ref action == VtFileAction.Unchanged ? ref _run.Counters.FilesUnchanged
                    : ref _run.Counters.FilesChanged);
                _run.PutFile(builder, slot, EntryFactory.WithName(first, name), side, action, 0, read: false);
            }

            _run.ReleaseBuilder(builder);
        });
    }

    private void VisitOther(WalkFrame frame, SharedDirectory parent, int slot, byte[] name, in FileStatus status)
    {
        TreeEntry? known = null;
        SideEntry? side = null;
        for (int i = 0; i < frame.Bases.Length && known is null; i++)
        {
            known = frame.Find(i, name, out side);
        }

        byte[]? group = null;
        if (status.LinkCount > 1)
        {
            LinkGroup links = _links.Get(status, out bool first);
            if (first)
            {
                links.Id = BlockHasher.Compute(_run.HashName, frame.Builder.InsidePath(name)).ToByteArray();
            }

            group = links.Id;
        }

        bool same = known?.Type == status.Type && EntryFactory.IsSameInode(status, side);
        byte[]? target = status.Type != VtItemType.SymbolicLink ? null : same ? known!.LinkTarget : parent.Handle.ReadLink(name);
        bool leftOut = false;
        ExtendedAttribute[] attributes = same ? known!.ExtendedAttributes : _run.Fitting(frame.Builder, name, parent.Handle.GetExtendedAttributes(name), out leftOut);
        TreeEntry entry = EntryFactory.Create(name, status, known, attributes, target, null, false, false, group);
        frame.Builder.Set(slot, entry, EntryFactory.Side(status, frame.Looked, leftOut));
        Interlocked.Increment(ref _run.Counters.Others);
        _run.Progress.AddItem();
        _run.Report(frame.Builder, entry, known is null ? VtFileAction.New : same ? VtFileAction.Unchanged : VtFileAction.Changed, 0, 0);
    }

    private void VisitDirectory(SourceScanner scanner, WalkFrame frame, SharedDirectory parent, int slot, byte[] name, in ScannedEntry seen)
    {
        ScannedPart first = scanner.TakeFirst(name);
        ScannedDirectory directory = first.Directory;
        bool isPushed = false;
        try
        {
            TreeEntry? newest = null;
            SideEntry? newestSide = null;
            BaseDirectory?[] bases = new BaseDirectory?[frame.Bases.Length];
            for (int i = 0; i < bases.Length; i++)
            {
                TreeEntry? known = frame.Find(i, name, out SideEntry? side);
                if (known is null)
                {
                    continue;
                }

                if (newest is null)
                {
                    newest = known;
                    newestSide = side;
                }

                if (known.Type == VtItemType.Directory)
                {
                    bases[i] = ReadBase(bases, i, known.Content!, side?.Directory, frame.Bases[i]!.IsComplete);
                }
            }

            bool same = newest?.Type == VtItemType.Directory && EntryFactory.IsSameInode(seen.Status, newestSide);

            // What is gone is left out; a directory that cannot be listed is an error, and in the backup without its entries.
            Exception? failure = directory.Failure;
            if (failure is FileSystemException { Reason: FileSystemReason.NotFound })
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            ExtendedAttribute[] attributes = [];
            try
            {
                attributes = same ? newest!.ExtendedAttributes
                    : directory.Live is { } live ? live.Handle.GetExtendedAttributes()
                    : seen.Node is { FollowLink: true } ? []
                    : parent.Handle.GetExtendedAttributes(name);
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException && (directory.Live is not null || e is not FileSystemException { Reason: FileSystemReason.NotFound }))
            {
                // Of an open directory there may be entries: they are gone through whatever becomes of it.
                failure ??= e;
            }

            TreeEntry entry = EntryFactory.Create(name, seen.Status, newest, _run.Fitting(frame.Builder, name, attributes, out bool leftOut), null, null, false, false, null);
            frame.Builder.Set(slot, entry, EntryFactory.Side(seen.Status, frame.Looked, failure is not null || leftOut));
            frame.Builder.Expect();
            Interlocked.Increment(ref _run.Counters.Directories);
            _run.Progress.AddItem();
            DirectoryBuilder builder = new(frame.Builder, slot, name, seen.Node?.Path, directory.Names.Length) { Base = FirstOf(bases) };
            lock (frame.Builder.OpenChildren)
            {
                frame.Builder.OpenChildren.Add(builder);
            }

            // Before anything that can fail: what the scanner has brought of the directory is taken, whatever becomes of a report.
            _stack.Push(new WalkFrame(directory, first, builder, bases));
            isPushed = true;
            _run.Report(frame.Builder, entry, newest is null ? VtFileAction.New : same ? VtFileAction.Unchanged : VtFileAction.Changed, 0, 0);
            if (failure is not null)
            {
                _run.Fail(frame.Builder, name, VtItemType.Directory, failure);
            }
        }
        finally
        {
            if (!isPushed)
            {
                first.Drop();
            }
        }
    }

    private BaseDirectory? ReadBase(BaseDirectory?[] before, int index, VtBlockReference content, VtBlockReference? side, bool complete)
    {
        for (int i = 0; i < index; i++)
        {
            if (before[i] is { } other && other.Reference.Equals(content) && Equals(other.SideReference, side) && other.IsComplete == complete)
            {
                return other;
            }
        }

        return BaseDirectory.TryRead(_trees, content, side, complete, _run.Stopping);
    }

    /// <summary>Whether every block of a file's content is in the Store.</summary>
    private bool HasAll(VtBlockReference content)
    {
        switch (content.Kind)
        {
            case VtBlockKind.Hash:
                return _run.Has(content.Hash!);
            case VtBlockKind.Indirect:
                if (!_run.Has(content.Hash!))
                {
                    return false;
                }

                try
                {
                    foreach (VtBlockReference child in BlockTree.ReadIndirectAsync(_run.Session.Blocks, content, _run.Stopping).AsTask().GetAwaiter().GetResult())
                    {
                        if (!HasAll(child))
                        {
                            return false;
                        }
                    }

                    return true;
                }
                catch (VtException)
                {
                    return false;
                }

            default:
                return true;
        }
    }

    /// <summary>How many of the paths given lie at or below a node.</summary>
    private static int CountPaths(SourceNode node)
    {
        int count = node.IsWhole ? 1 : 0;
        foreach (SourceNode child in node.Children.Values)
        {
            count += CountPaths(child);
        }

        return count;
    }

    /// <summary>A path given that lies at or below a node.</summary>
    private static byte[] FirstPath(SourceNode node)
    {
        while (!node.IsWhole)
        {
            node = node.Children.Values.First();
        }

        return node.Path!;
    }

    private static BaseDirectory? FirstOf(BaseDirectory?[] bases)
    {
        foreach (BaseDirectory? each in bases)
        {
            if (each is not null)
            {
                return each;
            }
        }

        return null;
    }

    private void SendBatch()
    {
        if (!_batch.IsEmpty)
        {
            FileBatch full = _batch;
            _batch = new FileBatch();
            if (!_run.Queue.Add(full))
            {
                full.Drop();
            }
        }
    }
}
