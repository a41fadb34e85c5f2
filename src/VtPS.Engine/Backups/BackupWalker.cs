using VtPS.Engine.Blocks;
using VtPS.Engine.Hashing;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;
using VtPS.Engine.Rules;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Backups;

/// <summary>
/// Walks the sources in the order of name bytes, depth first, on a stack of its own: looks at every entry once, compares it with the bases,
/// and sends to the workers what must be read.
/// </summary>
internal sealed class BackupWalker
{
    private readonly BackupRun _run;
    private readonly SourcePlan _plan;
    private readonly IReadOnlyList<BaseBackup> _bases;
    private readonly IOperationObserver _observer;
    private readonly RuleSet _rules;
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
        _rules = ExcludeSource.Parse(run.Request.Exclude);
        _trees = (StoreTreeReader)run.Session.Trees;
    }

    /// <summary>Walks everything, or until the run stops.</summary>
    public void Walk()
    {
        PushTop();
        try
        {
            while (_stack.TryPeek(out WalkFrame? frame) && !_run.IsStopping)
            {
                if (frame.TryNext(out int slot, out byte[] name))
                {
                    Visit(frame, slot, name);
                }
                else
                {
                    Pop();
                }
            }

            if (!_run.IsStopping)
            {
                SendBatch();
            }
            else
            {
                _batch.Drop();
            }
        }
        finally
        {
            while (_stack.TryPop(out WalkFrame? frame))
            {
                frame.Directory?.Release();
            }
        }
    }

    private void Pop()
    {
        WalkFrame frame = _stack.Pop();
        frame.Directory?.Release();
        _run.ReleaseBuilder(frame.Builder);
    }

    private void PushTop()
    {
        BaseDirectory?[] bases = new BaseDirectory?[_bases.Count];
        for (int i = 0; i < bases.Length; i++)
        {
            bases[i] = BaseDirectory.TryRead(_trees, VtBlockReference.Parse(_bases[i].Backup.Root), _bases[i].Backup.SideCar, _bases[i].IsComplete, _run.Stopping);
        }

        SharedDirectory? directory = null;
        byte[][] names;
        RuleScope? scope = null;
        ulong device = 0;
        if (_plan.Root is null)
        {
            names = [.. _plan.Top.Children.Keys];
        }
        else
        {
            directory = new SharedDirectory(Open(_plan.Root));
            if (_plan.Top.IsWhole)
            {
                device = directory.Handle.GetStatus().Device;
                names = ListNames(directory.Handle, ref scope, out _);
            }
            else
            {
                names = [.. _plan.Top.Children.Keys];
            }
        }

        DirectoryBuilder builder = new(null, 0, [], _plan.Root, names.Length) { Base = FirstOf(bases), Sources = _plan.Root is null ? _plan.Top : null };
        _run.SetRoot(builder);
        _stack.Push(new WalkFrame(directory, builder, names, bases, scope, device, _plan.Top.IsWhole ? null : _plan.Top));
    }

    private void Visit(WalkFrame frame, int slot, byte[] name)
    {
        SourceNode? node = frame.Node?.Children[name];
        SharedDirectory? parent = null;
        FileTime now = FileTime.Now;
        VtItemType type = VtItemType.Unknown;
        try
        {
            parent = ParentOf(frame, node);
            FileStatus status;
            if (node is { FollowLink: true })
            {
                using DirectoryHandle followed = FileSystem.Current.OpenDirectory(node.Path!);
                status = followed.GetStatus();
            }
            else
            {
                status = parent.Handle.GetStatus(name);
            }

            type = status.Type;
            bool isDirectory = type == VtItemType.Directory;
            if (frame.Scope is not null && frame.Scope.IsExcluded(name, isDirectory))
            {
                Interlocked.Increment(ref _run.Counters.Excluded);
                return;
            }

            if (node is { IsWhole: false } && !isDirectory)
            {
                string path = PathText.Format(FirstPath(node));
                throw new VtException(VtErrorId.PathNotFound, $"'{path}' is not reached through directories alone: '{PathText.Format(frame.Builder.InsidePath(name))}' below the root is a {type}. Give the path that it leads to; nothing was backed up.", path);
            }

            switch (type)
            {
                case VtItemType.Directory:
                    VisitDirectory(frame, parent, slot, name, status, node, now);
                    break;
                case VtItemType.File:
                    VisitFile(frame, parent, slot, name, status);
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
                    VisitOther(frame, parent, slot, name, status, now);
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
        }
    }

    private void VisitFile(WalkFrame frame, SharedDirectory parent, int slot, byte[] name, in FileStatus status)
    {
        if (_run.Request.ExcludeLargerThan is { } limit && status.Size > limit)
        {
            Interlocked.Increment(ref _run.Counters.Excluded);
            return;
        }

        FileTime now = FileTime.Now;
        LinkGroup? group = null;
        if (status.LinkCount > 1)
        {
            group = _links.Get(status.Device, status.Inode, status.LinkCount, out bool first);
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
                SideEntry fresh = side!.Value.Changed == status.Changed ? EntryFactory.Side(status, now, leftOut) : side.Value with { Inode = status.Inode, Trusted = !leftOut };
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

    private void VisitOther(WalkFrame frame, SharedDirectory parent, int slot, byte[] name, in FileStatus status, FileTime now)
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
            LinkGroup links = _links.Get(status.Device, status.Inode, status.LinkCount, out bool first);
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
        frame.Builder.Set(slot, entry, EntryFactory.Side(status, now, leftOut));
        Interlocked.Increment(ref _run.Counters.Others);
        _run.Progress.AddItem();
        _run.Report(frame.Builder, entry, known is null ? VtFileAction.New : same ? VtFileAction.Unchanged : VtFileAction.Changed, 0, 0);
    }

    private void VisitDirectory(WalkFrame frame, SharedDirectory parent, int slot, byte[] name, in FileStatus status, SourceNode? node, FileTime now)
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

        bool same = newest?.Type == VtItemType.Directory && EntryFactory.IsSameInode(status, newestSide);

        // The file system to stay on is that of the path given: on the way down to it from the root any may be crossed.
        ulong device = node is { IsWhole: false } ? 0 : node is not null || frame.Device == 0 ? status.Device : frame.Device;
        bool mounted = _run.Request.OneFileSystem && device != 0 && status.Device != device;

        // Everything that can fail comes before the entry is put: a directory that cannot be listed is an error, and in the backup without its entries.
        SharedDirectory? opened = null;
        byte[][] names = [];
        RuleScope? scope = frame.Scope;
        Exception? failure = null;
        ExtendedAttribute[] attributes = [];
        try
        {
            attributes = same ? newest!.ExtendedAttributes : node is { FollowLink: true } ? [] : parent.Handle.GetExtendedAttributes(name);
            if (!mounted)
            {
                DirectoryHandle handle = node is { FollowLink: true } ? FileSystem.Current.OpenDirectory(node.Path!) : parent.Handle.OpenDirectory(name);
                opened = new SharedDirectory(handle);
                if (node is { FollowLink: true })
                {
                    attributes = handle.GetExtendedAttributes();
                }

                if (node is { IsWhole: false })
                {
                    names = [.. node.Children.Keys];
                }
                else
                {
                    names = ListNames(handle, name, node is { IsWhole: true }, ref scope);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (e is FileSystemException { Reason: FileSystemReason.NotFound })
            {
                opened?.Release();
                throw;
            }

            failure = e;
            names = [];
        }

        TreeEntry entry = EntryFactory.Create(name, status, newest, _run.Fitting(frame.Builder, name, attributes, out bool leftOut), null, null, false, false, null);
        frame.Builder.Set(slot, entry, EntryFactory.Side(status, now, failure is not null || leftOut));
        frame.Builder.Expect();
        Interlocked.Increment(ref _run.Counters.Directories);
        _run.Progress.AddItem();
        _run.Report(frame.Builder, entry, newest is null ? VtFileAction.New : same ? VtFileAction.Unchanged : VtFileAction.Changed, 0, 0);
        DirectoryBuilder builder = new(frame.Builder, slot, name, node?.Path, names.Length) { Base = FirstOf(bases) };
        lock (frame.Builder.OpenChildren)
        {
            frame.Builder.OpenChildren.Add(builder);
        }

        if (failure is not null)
        {
            _run.Fail(frame.Builder, name, VtItemType.Directory, failure);
        }

        _stack.Push(new WalkFrame(opened, builder, names, bases, scope, device, node is { IsWhole: false } ? node : null));
    }

    /// <summary>The names of a directory in their order, after its own rules and its cache tag have been looked at.</summary>
    private byte[][] ListNames(DirectoryHandle handle, byte[] name, bool top, ref RuleScope? scope)
    {
        RuleScope? outer = scope;
        byte[][] names = ListNames(handle, ref scope, out RuleSet? local);
        scope = top || outer is null ? RuleScope.Create(_rules, local) : outer.Enter(name, local);
        return names;
    }

    private byte[][] ListNames(DirectoryHandle handle, ref RuleScope? scope, out RuleSet? local)
    {
        List<DirectoryEntryName> listed = handle.List();
        byte[][] names = new byte[listed.Count][];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = listed[i].Name;
        }

        (local, bool tagged) = ExcludeSource.Look(handle, listed, _run.Request.ExcludeCaches);
        scope ??= RuleScope.Create(_rules, local);
        if (tagged)
        {
            Interlocked.Add(ref _run.Counters.Excluded, names.Length - 1);
            return [ExcludeSource.CacheTag.ToArray()];
        }

        Array.Sort(names, NameComparer.Instance);
        return names;
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

    /// <summary>The directory in which a name is looked up.</summary>
    private static SharedDirectory ParentOf(WalkFrame frame, SourceNode? node)
    {
        if (frame.Directory is not null)
        {
            return frame.Directory.AddUser();
        }

        byte[] path = node!.Path!;
        int slash = path.AsSpan().LastIndexOf((byte)'/');
        return new SharedDirectory(FileSystem.Current.OpenDirectory(slash <= 0 ? [(byte)'/'] : path[..slash], searchOnly: true));
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

    private static DirectoryHandle Open(byte[] path)
    {
        try
        {
            return FileSystem.Current.OpenDirectory(path);
        }
        catch (FileSystemException e)
        {
            throw new VtException(VtErrorId.PathNotFound, $"The root '{PathText.Format(path)}' cannot be opened: {e.Message}", PathText.Format(path), e);
        }
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
