using VtPS.Engine.Blocks;
using VtPS.Engine.Listing;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Maintenance;

/// <summary>Walks backups from the top to tell which paths damage touches. What was once seen to be whole is not walked again. For one thread.</summary>
internal sealed class DamageTrace(TestBlocks blocks, DamageMap damage)
{
    private readonly HashSet<(BlockKey, long)> _wholeDirectories = [];
    private readonly HashSet<(BlockKey, long)> _wholeContent = [];

    /// <summary>Notes at each finding the backup and the paths that it touches.</summary>
    public async Task RunAsync(VtBackup backup, CancellationToken cancellationToken)
    {
        await WalkAsync(backup.Id, VtBlockReference.Parse(backup.Root), cancellationToken).ConfigureAwait(false);
        Stack<VtBlockReference> open = new();
        if (backup.SideCar is not null)
        {
            open.Push(backup.SideCar);
        }

        HashSet<VtBlockReference> seen = [];
        while (open.TryPop(out VtBlockReference? sideCar))
        {
            if (!seen.Add(sideCar) || await TouchAsync(backup.Id, sideCar, null, isDirectory: true, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            try
            {
                foreach (VtBlockReference child in SideCarCodec.ReadDirectories(await blocks.Trees.ReadContentAsync(sideCar, cancellationToken).ConfigureAwait(false)))
                {
                    open.Push(child);
                }
            }
            catch (Exception e) when (e is VtException or InvalidDataException)
            {
                // Found before.
            }
        }
    }

    private async Task WalkAsync(string backup, VtBlockReference root, CancellationToken cancellationToken)
    {
        Stack<Frame> stack = new();
        await EnterAsync(backup, stack, root, TreePath.Top, cancellationToken).ConfigureAwait(false);
        try
        {
            while (stack.TryPeek(out Frame? frame))
            {
                cancellationToken.ThrowIfCancellationRequested();
                bool more;
                try
                {
                    more = await frame.Entries.MoveNextAsync().ConfigureAwait(false);
                }
                catch (VtException)
                {
                    // Found before, or the block went since: what could be listed was.
                    frame.IsTouched = true;
                    more = false;
                }

                if (more)
                {
                    TreeEntry entry = frame.Entries.Current;
                    if (entry.Content is { } content && !IsWhole(content, entry.Type == VtItemType.Directory))
                    {
                        if (entry.Type == VtItemType.Directory)
                        {
                            frame.IsTouched |= await EnterAsync(backup, stack, content, frame.Path.Enter(entry.Name), cancellationToken).ConfigureAwait(false);
                        }
                        else
                        {
                            frame.IsTouched |= await TouchAsync(backup, content, frame.Path.Join(entry.Name), isDirectory: false, cancellationToken).ConfigureAwait(false);
                        }
                    }

                    continue;
                }

                stack.Pop();
                await frame.Entries.DisposeAsync().ConfigureAwait(false);
                if (frame.IsTouched)
                {
                    if (stack.TryPeek(out Frame? parent))
                    {
                        parent.IsTouched = true;
                    }
                }
                else if (frame.Directory.Hash is { } hash)
                {
                    _wholeDirectories.Add((BlockKey.Of(hash), frame.Directory.Length));
                }
            }
        }
        finally
        {
            while (stack.TryPop(out Frame? left))
            {
                await left.Entries.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Begins a directory, unless it cannot be read at all; true if it is touched itself.</summary>
    private async ValueTask<bool> EnterAsync(string backup, Stack<Frame> stack, VtBlockReference directory, TreePath path, CancellationToken cancellationToken)
    {
        bool touched = await TouchAsync(backup, directory, path.Depth == 0 ? "/" : path.ToString(), isDirectory: true, cancellationToken).ConfigureAwait(false);

        // Of a directory that is damaged further on, the entries before are walked.
        stack.Push(new Frame(directory, path, blocks.Trees.ReadDirectoryAsync(directory, cancellationToken).GetAsyncEnumerator(cancellationToken)) { IsTouched = touched });
        return touched;
    }

    private bool IsWhole(VtBlockReference content, bool isDirectory) =>
        content.Hash is { } hash && (isDirectory ? _wholeDirectories : _wholeContent).Contains((BlockKey.Of(hash), content.Length));

    /// <summary>Notes a path at every finding that its own blocks meet; whether there was one.</summary>
    private async ValueTask<bool> TouchAsync(string backup, VtBlockReference content, string? path, bool isDirectory, CancellationToken cancellationToken)
    {
        bool touched = false;
        if (isDirectory && damage.Find(content, isDirectory: true) is { } own)
        {
            own.Touch(backup, path);
            touched = true;
        }

        Stack<VtBlockReference> open = new([content]);
        while (open.TryPop(out VtBlockReference? reference))
        {
            if (reference.Hash is null)
            {
                continue;
            }

            if (damage.Find(reference, isDirectory: false) is { } finding)
            {
                finding.Touch(backup, path);
                touched = true;
            }
            else if (reference.Kind == VtBlockKind.Indirect)
            {
                try
                {
                    foreach (VtBlockReference child in await BlockTree.ReadIndirectAsync(blocks.Reader, reference, cancellationToken).ConfigureAwait(false))
                    {
                        open.Push(child);
                    }
                }
                catch (VtException)
                {
                    // Gone since it was looked at.
                    touched = true;
                }
            }
        }

        if (!touched && !isDirectory && content is { Kind: VtBlockKind.Indirect })
        {
            _wholeContent.Add((BlockKey.Of(content.Hash!), content.Length));
        }

        return touched;
    }

    private sealed class Frame(VtBlockReference directory, TreePath path, IAsyncEnumerator<TreeEntry> entries)
    {
        public VtBlockReference Directory => directory;

        public TreePath Path => path;

        public IAsyncEnumerator<TreeEntry> Entries => entries;

        public bool IsTouched { get; set; }
    }
}
