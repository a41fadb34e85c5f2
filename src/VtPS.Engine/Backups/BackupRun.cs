using VtPS.Engine.Blocks;
using VtPS.Engine.Chunking;
using VtPS.Engine.IO;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Backups;

/// <summary>
/// One pass over the sources: the walker enumerates and compares with the bases, workers read, chunk and store, directories are finished bottom-up
/// by whoever brings their last entry. Nothing in it grows with the tree.
/// </summary>
internal sealed class BackupRun : IDisposable
{
    private readonly StoreSession _session;
    private readonly StoreWriter? _writer;
    private readonly IOperationObserver _observer;
    private readonly CancellationTokenSource _stopping;
    private readonly BlockPacker? _treePacker;
    private readonly List<BlockPacker> _filePackers = [];
    private readonly Lock _treeGate = new();
    private readonly ByteWriter _content = new(64 << 10);
    private readonly ByteWriter _side = new(16 << 10);
    private readonly ByteWriter _scratch = new(4096);
    private readonly List<int> _ends = [];
    private readonly List<int> _sideEnds = [];
    private readonly List<TreeEntry> _entries = [];
    private readonly TreeBlockWriter? _treeBlocks;
    private readonly int _workers;
    private Exception? _failure;

    /// <summary>Makes a run.</summary>
    /// <param name="session">The Store.</param>
    /// <param name="writer">Writes into it; null for a run that only finds out what it would do.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="observer">Told of items and errors.</param>
    /// <param name="progress">Counts the work.</param>
    /// <param name="cancellationToken">Stops the run; what is done can then be stored as it is.</param>
    public BackupRun(StoreSession session, StoreWriter? writer, BackupRequest request, IOperationObserver observer, ProgressMeter progress, CancellationToken cancellationToken)
    {
        _session = session;
        _writer = writer;
        _observer = new EndingObserver(observer, Abort);
        Request = request;
        Progress = progress;
        _workers = Math.Max(1, request.ThrottleLimit ?? Environment.ProcessorCount);
        Queue = new WorkQueue(2 * _workers);
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (writer is not null)
        {
            _treePacker = writer.CreatePacker(DataFileContent.Trees);
            _treeBlocks = new TreeBlockWriter(_treePacker);
        }

        Root = new DirectoryBuilder(null, 0, [], null, 0);
    }

    public BackupRequest Request { get; }

    public BackupCounters Counters { get; } = new();

    public ProgressMeter Progress { get; }

    public WorkQueue Queue { get; }

    public StoreSession Session => _session;

    public GearChunker Chunker => _session.Chunker;

    /// <summary>Takes directories, side-cars and indirect blocks.</summary>
    public IBlockSink TreeSink => _treePacker!;

    public VtHashName HashName => _session.Config.HashName;

    /// <summary>Whether the run only finds out what it would do.</summary>
    public bool IsDry => _writer is null;

    /// <summary>Bytes of the files that a dry run would read.</summary>
    public long BytesToRead { get; private set; }

    /// <summary>Whether the run was cancelled or has failed.</summary>
    public bool IsStopping => _stopping.IsCancellationRequested;

    public CancellationToken Stopping => _stopping.Token;

    /// <summary>The top of the tree.</summary>
    public DirectoryBuilder Root { get; private set; }

    /// <summary>The top's content and side-car once it is finished.</summary>
    public (VtBlockReference Content, VtBlockReference SideCar)? Finished { get; private set; }

    /// <summary>Whether a block is in the Store or on its way there.</summary>
    public bool Has(VtHash hash) => _writer?.Has(hash) ?? _session.Index.Contains(hash);

    /// <summary>Walks without reading any file's content or storing anything.</summary>
    public void WalkDry(SourcePlan plan, IReadOnlyList<BaseBackup> bases)
    {
        try
        {
            new BackupWalker(this, plan, bases, _observer).Walk();
        }
        catch (OperationCanceledException) when (_failure is not null)
        {
        }

        ThrowIfFailed();
        Stopping.ThrowIfCancellationRequested();
    }

    /// <summary>Counts a file that a dry run would read.</summary>
    public void FinishDry(FileJob job)
    {
        Interlocked.Increment(ref job.Base is null ? ref Counters.FilesNew : ref Counters.FilesChanged);
        BytesToRead += job.Status.Size;
        Report(job.Builder, EntryFactory.Create(job.Name, job.Status, job.Base, [], null, VtBlockReference.OfRun(0, Math.Max(1, job.Status.Size)), false, false, null), job.Base is null ? VtFileAction.New : VtFileAction.Changed, 0, 0);
        job.Directory.Release();
    }

    /// <summary>Walks the plan with the bases. Returns when all is done, or when the run was cancelled.</summary>
    /// <exception cref="VtException">Whatever ended the run: StoreFull, StoreWriteFailed, PathNotFound for a source that is not there.</exception>
    public Task WalkAsync(SourcePlan plan, IReadOnlyList<BaseBackup> bases) => WithWorkersAsync(_ => new BackupWalker(this, plan, bases, _observer).Walk());

    /// <summary>Stores a stream as the only file.</summary>
    public Task ReadStreamAsync(Stream input, string name) => WithWorkersAsync(worker =>
    {
        Root = new DirectoryBuilder(null, 0, [], null, 1);
        Root.Expect();
        LargeFile file = new(this)
        {
            Done = (content, newBytes) =>
            {
                if (content is not null)
                {
                    FinishStream(PathText.Parse(name), content, newBytes);
                    ReleaseBuilder(Root);
                }
            },
        };
        file.Read(worker, input);
        ReleaseBuilder(Root);
    });

    /// <summary>Opens a directory's builder.</summary>
    public void SetRoot(DirectoryBuilder root) => Root = root;

    /// <summary>Puts the entry of a file that was read.</summary>
    public void Finish(
        FileJob job, in FileStatus status, FileTime opened, ExtendedAttribute[] attributes, VtBlockReference content, bool sparse, bool changed, long newBytes)
    {
        TreeEntry entry = EntryFactory.Create(job.Name, status, job.Base, Fitting(job.Builder, job.Name, attributes, out bool leftOut), null, content, sparse, changed, job.Group?.Id);
        SideEntry side = EntryFactory.Side(status, opened, changed || leftOut);
        VtFileAction action = changed ? VtFileAction.ChangedWhileRead : job.Base is null ? VtFileAction.New : VtFileAction.Changed;
        Interlocked.Increment(ref job.Base is null ? ref Counters.FilesNew : ref Counters.FilesChanged);
        if (changed)
        {
            Interlocked.Increment(ref Counters.ChangedWhileRead);
        }

        PutFile(job.Builder, job.Slot, entry, side, action, newBytes);
        job.Group?.Tell(entry, side);
        ReleaseBuilder(job.Builder);
    }

    /// <summary>
    /// The extended attributes that an entry gets: those given, or none, with an error, where they are more than an entry can hold. The next run then looks at the item again.
    /// </summary>
    public ExtendedAttribute[] Fitting(DirectoryBuilder builder, byte[] name, ExtendedAttribute[] attributes, out bool leftOut)
    {
        long size = attributes.Length == 0 ? 0 : TreeEntryCodec.SizeOf(attributes);
        leftOut = size > TreeEntryCodec.MaximumAttributes;
        if (!leftOut)
        {
            return attributes;
        }

        string path = builder.LivePath(name);
        Interlocked.Increment(ref Counters.Failed);
        _observer.OnError(new VtError(
            VtErrorId.SourceReadFailed,
            $"'{path}' is in this backup without its {attributes.Length} extended attributes (with its ACLs, if it has any): they come to {size} bytes, and an entry holds at most {TreeEntryCodec.MaximumAttributes}. Remove what is not needed of them; its content is stored.",
            path,
            null));
        return [];
    }

    /// <summary>Puts a file's entry and counts it; <paramref name="read"/> says whether its content was read under this name.</summary>
    public void PutFile(DirectoryBuilder builder, int slot, TreeEntry entry, in SideEntry side, VtFileAction action, long newBytes, bool read = true)
    {
        builder.Set(slot, entry, side);
        Interlocked.Increment(ref Counters.Files);
        Interlocked.Add(ref Counters.BytesTotal, entry.Size);
        Progress.AddItem();
        read &= action != VtFileAction.Unchanged;
        if (!read)
        {
            Progress.AddBytes(entry.Size);
        }

        Report(builder, entry, action, read ? entry.Size : 0, newBytes);
    }

    /// <summary>Reports a row, where rows are wanted.</summary>
    public void Report(DirectoryBuilder builder, TreeEntry entry, VtFileAction action, long processed, long newBytes)
    {
        if (_observer.WantsItems)
        {
            _observer.OnItem(new VtFileResult
            {
                Path = PathText.Format(builder.InsidePath(entry.Name)),
                ItemType = entry.Type,
                Action = action,
                Length = entry.Size,
                BytesProcessed = processed,
                BytesNew = newBytes,
            });
        }
    }

    /// <summary>Reports that the file of a job could not be read.</summary>
    public void Fail(FileJob job, Exception error)
    {
        Fail(job.Builder, job.Name, VtItemType.File, error);
        job.Group?.Tell(null, default);
        ReleaseBuilder(job.Builder);
    }

    /// <summary>Reports that an item could not be read, and counts it.</summary>
    public void Fail(DirectoryBuilder builder, byte[] name, VtItemType type, Exception error)
    {
        string path = builder.LivePath(name);
        (VtErrorId id, string message) = (error as FileSystemException)?.Reason switch
        {
            FileSystemReason.Denied => (VtErrorId.SourceDenied, $"'{path}' could not be read: permission was denied. It is not in this backup. Run as a user who may read it, or exclude it."),
            FileSystemReason.NotFound or FileSystemReason.NotADirectory or FileSystemReason.Stale => (VtErrorId.SourceVanished, $"'{path}' is not there any more. It is not in this backup."),
            _ when error is UnauthorizedAccessException => (VtErrorId.SourceDenied, $"'{path}' could not be read: permission was denied. It is not in this backup. Run as a user who may read it, or exclude it."),
            _ => (VtErrorId.SourceReadFailed, $"'{path}' could not be read: {error.Message} It is not in this backup."),
        };
        switch (id)
        {
            case VtErrorId.SourceDenied: Interlocked.Increment(ref Counters.Denied); break;
            case VtErrorId.SourceVanished: Interlocked.Increment(ref Counters.Vanished); break;
            default: Interlocked.Increment(ref Counters.Failed); break;
        }

        Progress.AddItem();
        _observer.OnError(new VtError(id, message, path, error));
        if (_observer.WantsItems)
        {
            _observer.OnItem(new VtFileResult { Path = PathText.Format(builder.InsidePath(name)), ItemType = type, Action = VtFileAction.Failed });
        }
    }

    /// <summary>Lets go of a builder; the last one to do so stores the directory, and so on upwards.</summary>
    public void ReleaseBuilder(DirectoryBuilder builder)
    {
        DirectoryBuilder? at = builder;
        while (at is not null && at.Release())
        {
            (VtBlockReference content, VtBlockReference side) = IsDry ? (VtBlockReference.Empty, VtBlockReference.Empty) : Store(at);
            DirectoryBuilder? parent = at.Parent;
            if (parent is null)
            {
                Finished = (content, side);
            }
            else
            {
                lock (parent.OpenChildren)
                {
                    parent.Complete(at.Slot, content, side);
                    parent.OpenChildren.Remove(at);
                }
            }

            at = parent;
        }
    }

    /// <summary>Stores the tree as far as it has come: what is unfinished is left out. Blocks it refers to are durable after the writer's next flush.</summary>
    public (VtBlockReference Content, VtBlockReference SideCar) StoreUnfinished() => Finished ?? StoreUnfinished(Root);

    /// <summary>Blocks and bytes that the run added.</summary>
    public (long BlocksNew, long DataBlocksNew, long BlocksKnown, long BytesNew) Added()
    {
        long blocks = _treePacker?.BlocksNew ?? 0;
        long data = 0;
        long known = _treePacker?.BlocksKnown ?? 0;
        long bytes = _treePacker?.BytesNew ?? 0;
        foreach (BlockPacker packer in _filePackers)
        {
            data += packer.BlocksNew;
            known += packer.BlocksKnown;
            bytes += packer.BytesNew;
        }

        return (blocks + data, data, known, bytes);
    }

    /// <summary>Ends the run with an error, unless one has ended it already.</summary>
    public void Abort(Exception error)
    {
        Interlocked.CompareExchange(ref _failure, error, null);
        _stopping.Cancel();
        Queue.Abandon();
    }

    public void Dispose() => _stopping.Dispose();

    private (VtBlockReference Content, VtBlockReference SideCar) StoreUnfinished(DirectoryBuilder builder)
    {
        Dictionary<int, (VtBlockReference Content, VtBlockReference Side)> partial = [];
        DirectoryBuilder[] open;
        lock (builder.OpenChildren)
        {
            open = [.. builder.OpenChildren];
        }

        foreach (DirectoryBuilder child in open)
        {
            partial[child.Slot] = StoreUnfinished(child);
        }

        List<(TreeEntry, SideEntry)> entries = [];
        lock (builder.OpenChildren)
        {
            foreach ((int slot, TreeEntry entry, SideEntry side) in builder.Snapshot())
            {
                if (entry.Type != VtItemType.Directory || entry.Content is not null)
                {
                    entries.Add((entry, side));
                }
                else if (partial.TryGetValue(slot, out (VtBlockReference Content, VtBlockReference Side) below))
                {
                    entries.Add((EntryFactory.WithContent(entry, below.Content), side with { Directory = below.Side }));
                }
            }
        }

        return Store(entries, null);
    }

    private (VtBlockReference Content, VtBlockReference SideCar) Store(DirectoryBuilder builder) =>
        Store(builder.Snapshot().Select(e => (e.Entry, e.Side)), builder.Base);

    private (VtBlockReference Content, VtBlockReference SideCar) Store(IEnumerable<(TreeEntry Entry, SideEntry Side)> entries, BaseDirectory? known)
    {
        lock (_treeGate)
        {
            _content.Clear();
            _side.Clear();
            _ends.Clear();
            _sideEnds.Clear();
            _entries.Clear();
            foreach ((TreeEntry entry, SideEntry side) in entries)
            {
                TreeEntryCodec.Write(_content, entry, _scratch);
                _ends.Add(_content.Length);
                SideCarCodec.Write(_side, side, _scratch);
                _sideEnds.Add(_side.Length);
                _entries.Add(entry);
            }

            try
            {
                return Store(known);
            }
            catch (Exception e) when (IsFailedFile(e))
            {
                throw StoreFailure(e);
            }
        }
    }

    private (VtBlockReference Content, VtBlockReference SideCar) Store(BaseDirectory? known)
    {
        // A directory is the base's when its bytes are; never because its time is.
        VtBlockReference content = known is { IsComplete: true } && _content.Written.SequenceEqual(known.Content)
            ? known.Reference
            : _treeBlocks!.Write(_content.Written, _ends, _entries);
        VtBlockReference sideCar = known is { IsComplete: true, SideReference: not null } && _side.Written.SequenceEqual(known.SideContent)
            ? known.SideReference
            : _treeBlocks!.Write(_side.Written, _sideEnds, _entries);
        return (content, sideCar);
    }

    /// <summary>A failure that may be of a file of the source or of the Store, and does not tell which.</summary>
    private static bool IsFailedFile(Exception e) => e is UnauthorizedAccessException or (IOException and not FileSystemException);

    /// <summary>What ends the run where what was read cannot be stored.</summary>
    private VtException StoreFailure(Exception e) => StorageErrors.Write(_session.Storage.Location, "store what was read", e);

    private void FinishStream(byte[] name, VtBlockReference content, long newBytes)
    {
        FileTime now = FileTime.Now;
        FileStatus status = new() { Type = VtItemType.File, Mode = 0x180, Size = content.Length, Modified = now, UserId = EntryFactory.CurrentUserId, GroupId = EntryFactory.CurrentGroupId };
        Interlocked.Increment(ref Counters.FilesNew);
        PutFile(Root, 0, EntryFactory.Create(name, status, null, [], null, content, false, false, null), EntryFactory.Side(status, now, true), VtFileAction.New, newBytes);
    }

    /// <summary>Runs the enumeration on a thread of its own beside the workers, and waits for all.</summary>
    private async Task WithWorkersAsync(Action<BackupWorker> enumerate)
    {
        BackupWorker[] workers = new BackupWorker[_workers + 1];
        for (int i = 0; i < workers.Length; i++)
        {
            BlockPacker packer = _writer!.CreatePacker(DataFileContent.Files);
            _filePackers.Add(packer);
            workers[i] = new BackupWorker(this, packer);
        }

        Task[] threads = new Task[workers.Length];
        using CancellationTokenRegistration abandon = _stopping.Token.Register(Queue.Abandon);
        for (int i = 0; i < _workers; i++)
        {
            BackupWorker worker = workers[i];
            threads[i] = Start(() => Work(worker));
        }

        threads[_workers] = Start(() =>
        {
            try
            {
                enumerate(workers[_workers]);
            }
            finally
            {
                Queue.End();
            }
        });
        await Task.WhenAll(threads).ConfigureAwait(false);
        ThrowIfFailed();
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
        }
    }

    private void Work(BackupWorker worker)
    {
        while (Queue.Take() is { } work)
        {
            try
            {
                work.Run(worker);
            }
            finally
            {
                Queue.Done();
            }
        }
    }

    private Task Start(Action body) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                body();
            }
            catch (OperationCanceledException) when (IsStopping)
            {
            }
            catch (Exception e)
            {
                Abort(IsFailedFile(e) ? StoreFailure(e) : e);
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
