using System.Collections.Concurrent;
using VtPS.Engine.IO;
using VtPS.Engine.Rules;

namespace VtPS.Engine.Backups;

/// <summary>
/// Looks at the sources on a thread of its own, a few directories ahead of the walker that compares them: opens and lists directories, applies the rules,
/// and asks for the status of every entry once. Parts come in the order of the walk: a directory's first part when it is met, depth first, in the order of name bytes.
/// </summary>
internal sealed class SourceScanner : IDisposable
{
    /// <summary>How many parts lie ready at most; each may hold a directory open.</summary>
    private const int PartsAhead = 64;

    /// <summary>How many entries a part has at most.</summary>
    private const int PartLength = 512;

    /// <summary>The same where each entry may hold a directory open.</summary>
    private const int TopPartLength = 4;

    private readonly BackupRequest _request;
    private readonly BackupCounters _counters;
    private readonly SourcePlan _plan;
    private readonly RuleSet _rules;
    private readonly BlockingCollection<ScannedPart> _parts = new(PartsAhead);
    private readonly CancellationTokenSource _stopping;
    private readonly Stack<ScanFrame> _stack = new();
    private readonly Task _thread;

    /// <summary>Begins to scan.</summary>
    /// <param name="request">The rules, and whether to stay on one file system.</param>
    /// <param name="counters">What is left out by a tag is counted here.</param>
    /// <param name="plan">The sources.</param>
    /// <param name="stopping">Stops the scan.</param>
    public SourceScanner(BackupRequest request, BackupCounters counters, SourcePlan plan, CancellationToken stopping)
    {
        _request = request;
        _counters = counters;
        _plan = plan;
        _rules = ExcludeSource.Parse(request.Exclude);
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _thread = Task.Factory.StartNew(Scan, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The first part of the directory that the walker enters; the caller releases what it holds.</summary>
    /// <param name="name">The directory's name, as the part before gave it; null for the top.</param>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    /// <exception cref="VtException">PathNotFound: the root cannot be opened.</exception>
    public ScannedPart TakeFirst(byte[]? name)
    {
        ScannedPart part = Take();
        return part.IsFirst && ReferenceEquals(part.Directory.Name, name) ? part : throw Misplaced(part);
    }

    /// <summary>The next part of a directory whose entries so far were gone through; the caller releases what it holds.</summary>
    /// <exception cref="OperationCanceledException">The scan was stopped.</exception>
    public ScannedPart TakeNext(ScannedDirectory directory)
    {
        ScannedPart part = Take();
        return !part.IsFirst && part.Directory == directory ? part : throw Misplaced(part);
    }

    /// <summary>Stops the scan and releases what nobody took.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        try
        {
            _thread.Wait();
        }
        catch (AggregateException)
        {
            // Whoever takes is told.
        }

        while (_parts.TryTake(out ScannedPart? part))
        {
            part.Drop();
        }

        _parts.Dispose();
        _stopping.Dispose();
    }

    private ScannedPart Take()
    {
        if (_parts.TryTake(out ScannedPart? part, Timeout.Infinite, _stopping.Token))
        {
            return part;
        }

        _thread.GetAwaiter().GetResult();
        throw new InvalidOperationException("The scan has ended.");
    }

    /// <summary>The error of a walker that went another way: it must end, for it would store entries of one directory as those of another.</summary>
    private static InvalidOperationException Misplaced(ScannedPart part)
    {
        part.Drop();
        return new InvalidOperationException("The walk has left the way of the scan.");
    }

    private void Scan()
    {
        try
        {
            Push(OpenTop());
            while (_stack.TryPeek(out ScanFrame? frame))
            {
                if (frame.Next < frame.Part.Length)
                {
                    int at = frame.Next++;
                    ref ScannedEntry entry = ref frame.Part[at];
                    if (entry.Failure is null && !entry.IsExcluded && entry.Status.Type == VtItemType.Directory)
                    {
                        Push(Open(frame, frame.Directory.Names[frame.Looked - frame.Part.Length + at], entry));
                    }
                }
                else if (frame.Looked < frame.Directory.Names.Length)
                {
                    Add(frame, first: false);
                }
                else
                {
                    _stack.Pop().Directory.Live?.Release();
                }
            }
        }
        finally
        {
            while (_stack.TryPop(out ScanFrame? frame))
            {
                frame.Directory.Live?.Release();
            }

            _parts.CompleteAdding();
        }
    }

    private void Push(ScanFrame frame)
    {
        _stack.Push(frame);
        Add(frame, first: true);
    }

    /// <summary>Looks at the next entries of a directory and passes them on.</summary>
    private void Add(ScanFrame frame, bool first)
    {
        ScannedDirectory directory = frame.Directory;
        FileTime looked = FileTime.Now;
        ScannedEntry[] entries = new ScannedEntry[Math.Min(directory.Names.Length - frame.Looked, directory.Live is null ? TopPartLength : PartLength)];
        ScannedPart part = new() { Directory = directory, IsFirst = first, Entries = entries, Looked = looked };
        if (first)
        {
            directory.Live?.AddUser();
        }

        try
        {
            for (int i = 0; i < entries.Length; i++)
            {
                Look(frame, directory.Names[frame.Looked + i], ref entries[i]);
            }

            frame.Part = entries;
            frame.Next = 0;
            frame.Looked += entries.Length;
            _parts.Add(part, _stopping.Token);
        }
        catch
        {
            part.Drop();
            throw;
        }
    }

    private void Look(ScanFrame frame, byte[] name, ref ScannedEntry entry)
    {
        entry.Node = frame.Node?.Children[name];
        try
        {
            DirectoryHandle parent;
            if (frame.Directory.Live is { } live)
            {
                parent = live.Handle;
            }
            else
            {
                entry.Parent = OpenParent(entry.Node!);
                parent = entry.Parent.Handle;
            }

            if (entry.Node is { FollowLink: true })
            {
                using DirectoryHandle followed = FileSystem.Current.OpenDirectory(entry.Node.Path!);
                entry.Status = followed.GetStatus();
            }
            else
            {
                entry.Status = parent.GetStatus(name);
            }

            entry.IsExcluded = frame.Scope is not null && frame.Scope.IsExcluded(name, entry.Status.Type == VtItemType.Directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            entry.Failure = e;
        }
    }

    private ScanFrame OpenTop()
    {
        if (_plan.Root is null)
        {
            return new ScanFrame(new ScannedDirectory { Names = [.. _plan.Top.Children.Keys] }, null, 0, _plan.Top);
        }

        SharedDirectory directory = new(OpenRoot(_plan.Root));
        if (!_plan.Top.IsWhole)
        {
            return new ScanFrame(new ScannedDirectory { Live = directory, Names = [.. _plan.Top.Children.Keys] }, null, 0, _plan.Top);
        }

        try
        {
            ulong device = directory.Handle.GetStatus().Device;
            byte[][] names = ListNames(directory.Handle, out RuleSet? local);
            return new ScanFrame(new ScannedDirectory { Live = directory, Names = names }, RuleScope.Create(_rules, local), device, null);
        }
        catch
        {
            directory.Release();
            throw;
        }
    }

    private ScanFrame Open(ScanFrame frame, byte[] name, in ScannedEntry entry)
    {
        SourceNode? node = entry.Node;
        SourceNode? below = node is { IsWhole: false } ? node : null;

        // The file system to stay on is that of the path given: on the way down to it from the root any may be crossed.
        ulong device = below is not null ? 0 : node is not null || frame.Device == 0 ? entry.Status.Device : frame.Device;
        if (_request.OneFileSystem && device != 0 && entry.Status.Device != device)
        {
            return new ScanFrame(new ScannedDirectory { Name = name, Names = [] }, frame.Scope, device, below);
        }

        SharedDirectory? opened = null;
        try
        {
            opened = new SharedDirectory(OpenDirectory(frame, name, node));
            if (below is not null)
            {
                return new ScanFrame(new ScannedDirectory { Name = name, Live = opened, Names = [.. below.Children.Keys] }, frame.Scope, device, below);
            }

            byte[][] names = ListNames(opened.Handle, out RuleSet? local);
            RuleScope scope = node is not null || frame.Scope is null ? RuleScope.Create(_rules, local) : frame.Scope.Enter(name, local);
            return new ScanFrame(new ScannedDirectory { Name = name, Live = opened, Names = names }, scope, device, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            opened?.Release();
            return new ScanFrame(new ScannedDirectory { Name = name, Names = [], Failure = e }, frame.Scope, device, below);
        }
    }

    private static DirectoryHandle OpenDirectory(ScanFrame frame, byte[] name, SourceNode? node)
    {
        if (node is { FollowLink: true })
        {
            return FileSystem.Current.OpenDirectory(node.Path!);
        }

        if (frame.Directory.Live is { } live)
        {
            return live.Handle.OpenDirectory(name);
        }

        SharedDirectory parent = OpenParent(node!);
        try
        {
            return parent.Handle.OpenDirectory(name);
        }
        finally
        {
            parent.Release();
        }
    }

    /// <summary>The names of a directory in their order, after its own rules and its cache tag have been looked at.</summary>
    private byte[][] ListNames(DirectoryHandle handle, out RuleSet? local)
    {
        List<DirectoryEntryName> listed = handle.List();
        byte[][] names = new byte[listed.Count][];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = listed[i].Name;
        }

        (local, bool tagged) = ExcludeSource.Look(handle, listed, _request.ExcludeCaches);
        if (tagged)
        {
            Interlocked.Add(ref _counters.Excluded, names.Length - 1);
            return [ExcludeSource.CacheTag.ToArray()];
        }

        Array.Sort(names, NameComparer.Instance);
        return names;
    }

    /// <summary>The directory in which the name of a path given is looked up.</summary>
    private static SharedDirectory OpenParent(SourceNode node)
    {
        byte[] path = node.Path!;
        int slash = path.AsSpan().LastIndexOf((byte)'/');
        return new SharedDirectory(FileSystem.Current.OpenDirectory(slash <= 0 ? [(byte)'/'] : path[..slash], searchOnly: true));
    }

    private static DirectoryHandle OpenRoot(byte[] path)
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
}
