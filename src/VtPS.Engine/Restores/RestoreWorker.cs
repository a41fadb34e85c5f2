using VtPS.Engine.IO;
using VtPS.Engine.Listing;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>One thread's part of a restore: walks directories with a stack of its own, and hands some to others.</summary>
internal sealed class RestoreWorker(RestoreContext context, DestinationTree tree, ItemRestorer items)
{
    private readonly Stack<Frame> _stack = new();

    /// <summary>Works until nothing is left.</summary>
    /// <exception cref="OperationCanceledException">The restore was cancelled or has ended itself.</exception>
    public async Task RunAsync(WorkQueue queue)
    {
        while (await queue.TakeAsync(context.Token).ConfigureAwait(false) is { } job)
        {
            try
            {
                await RestoreAsync(job, queue).ConfigureAwait(false);
            }
            finally
            {
                await UnwindAsync().ConfigureAwait(false);
            }

            queue.Done();
        }
    }

    private async ValueTask RestoreAsync(DirectoryJob job, WorkQueue queue)
    {
        Enter(job);
        while (_stack.TryPeek(out Frame? frame))
        {
            context.Token.ThrowIfCancellationRequested();
            TreeEntry? entry = await NextAsync(frame).ConfigureAwait(false);
            if (entry is null)
            {
                await LeaveAsync(frame).ConfigureAwait(false);
                continue;
            }

            frame.Names?.Add(entry.Name);
            if (!EntryName.IsSafe(entry.Name))
            {
                context.Report(
                    VtErrorId.UnsafePath,
                    $"An entry of '{frame.Job.Path}' has the name '{PathText.Format(entry.Name)}', which would lead out of its directory. It was left out; the backup was not made by VtPS or is damaged.",
                    frame.Job.Path.Join(entry.Name));
                continue;
            }

            if (!frame.Job.Scope.Admits(entry, out SelectionScope? below))
            {
                continue;
            }

            DestinationNode? node = frame.Job.Node;
            DestinationNode? itself = null;
            if (frame.Job.Sources is { } sources)
            {
                (node, itself) = sources.Resolve(entry);
            }

            if (node is null)
            {
                continue;
            }

            if (entry.Type == VtItemType.Directory)
            {
                TreePath path = frame.Job.Path.Enter(entry.Name);
                DestinationNode child = itself ?? new DestinationNode(node, entry.Name, entry, path, below is null);
                if (context.MergedDirectories is not null)
                {
                    child.Key = DestinationKey.Enter(node.Key, entry.Name);
                }

                DirectoryJob next = new(entry.Content ?? VtBlockReference.Empty, frame.Job.Scope.Enter(entry.Name, below), path, child, OwnsNode: true);
                if (!queue.TryDonate(next))
                {
                    frame.Release(context.Pool);
                    Enter(next);
                }

                continue;
            }

            if (frame.IsReady || tree.MakeReady(node))
            {
                frame.IsReady = frame.Job.Sources is null;
                if (frame.Acquire(context, node) is { } directory)
                {
                    await items.RestoreAsync(node, directory, entry.Name, entry, new ItemPath(frame.Job.Path, entry.Name)).ConfigureAwait(false);
                }
            }
        }
    }

    private void Enter(DirectoryJob job)
    {
        // Where only some files are wanted, a directory is made when the first of them is met.
        bool isLazy = job.Scope.IsConfined || job.Node is null;
        if (!isLazy && !tree.MakeReady(job.Node!))
        {
            tree.Complete(job.Node!);
            return;
        }

        bool notesNames = context.Request.Delete && job is { Node: { IsOwn: true, IsNew: false }, OwnsNode: true, Scope.IsWhole: true }
            && context.MergedDirectories?.Contains(job.Node.Key) != true;
        _stack.Push(new Frame(job, context.Trees.ReadDirectoryAsync(job.Content, context.Token).GetAsyncEnumerator(context.Token)) { Names = notesNames ? [] : null });
    }

    private async ValueTask<TreeEntry?> NextAsync(Frame frame)
    {
        try
        {
            if (await frame.Entries.MoveNextAsync().ConfigureAwait(false) && !frame.Job.Scope.IsPast(frame.Entries.Current.Name))
            {
                return frame.Entries.Current;
            }
        }
        catch (VtException e) when (RestoreContext.IsDamage(e) || e.ErrorId == VtErrorId.UnsafePath)
        {
            frame.Names = null;
            string path = frame.Job.Path.Depth == 0 ? "/" : frame.Job.Path.ToString();
            if (e.ErrorId == VtErrorId.UnsafePath)
            {
                context.Report(e.ErrorId, $"The rest of the directory '{path}' was left out: {e.Message}", path, e);
            }
            else
            {
                context.ReportDamage(path, $"The rest of the directory '{path}' was left out because it cannot be read from the Store.", e);
            }
        }

        return null;
    }

    private async ValueTask LeaveAsync(Frame frame)
    {
        frame.Release(context.Pool);
        if (frame.Names is not null)
        {
            tree.RemoveExtras(frame.Job.Node!, frame.Names, frame.Job.Scope);
        }

        _stack.Pop();
        await frame.Entries.DisposeAsync().ConfigureAwait(false);
        if (frame.Job.OwnsNode)
        {
            tree.Complete(frame.Job.Node!);
        }
    }

    private async ValueTask UnwindAsync()
    {
        while (_stack.TryPop(out Frame? frame))
        {
            frame.Release(context.Pool);
            await frame.Entries.DisposeAsync().ConfigureAwait(false);
            if (frame.Job.Node is not null)
            {
                tree.Abandon(frame.Job.Node);
            }
        }
    }

    /// <summary>A directory in hand. Its destination's handle is held only while it is on top.</summary>
    private sealed class Frame(DirectoryJob job, IAsyncEnumerator<TreeEntry> entries)
    {
        private DestinationNode? _held;
        private DirectoryHandle? _handle;

        public DirectoryJob Job { get; } = job;

        public IAsyncEnumerator<TreeEntry> Entries { get; } = entries;

        /// <summary>The names met, where extras are to be removed; else null.</summary>
        public List<byte[]>? Names { get; set; }

        public bool IsReady { get; set; }

        public DirectoryHandle? Acquire(RestoreContext context, DestinationNode node)
        {
            if (ReferenceEquals(_held, node))
            {
                return _handle;
            }

            Release(context.Pool);
            try
            {
                _handle = context.Pool.Acquire(node.Directory!);
                _held = node;
                return _handle;
            }
            catch (FileSystemException e)
            {
                context.ReportFailure(Job.Path.Depth == 0 ? "/" : Job.Path.ToString(), e);
                return null;
            }
        }

        public void Release(DirectoryPool pool)
        {
            if (_held is not null)
            {
                pool.Release(_held.Directory!);
                _held = null;
                _handle = null;
            }
        }
    }
}
