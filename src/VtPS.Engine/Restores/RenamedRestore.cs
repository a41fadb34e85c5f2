using VtPS.Engine.IO;
using VtPS.Engine.Listing;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>
/// A restore whose items get new paths: they may land anywhere below the destination, so the destination's directories are kept as a tree until the end.
/// One thread; memory grows with the number of directories.
/// </summary>
internal sealed class RenamedRestore
{
    private readonly RestoreContext _context;
    private readonly RenameMap _renames;
    private readonly DestinationTree _tree;
    private readonly ItemRestorer _items;
    private readonly DestinationNode _root;
    private readonly Dictionary<UInt128, DestinationNode> _nodes = [];
    private readonly List<DestinationNode> _inOrder = [];

    public RenamedRestore(RestoreContext context, RenameMap renames, DestinationNode root)
    {
        _context = context;
        _renames = renames;
        _root = root;
        MetadataWriter metadata = new(context);
        TreeRemover remover = new(context);
        _tree = new DestinationTree(context, metadata, remover);
        _items = new ItemRestorer(context, metadata, remover);
    }

    /// <summary>Restores one tree. <see cref="Finish"/> follows after the last.</summary>
    /// <exception cref="OperationCanceledException">The restore was cancelled or has ended itself.</exception>
    public async Task RunAsync(SelectedTree tree)
    {
        Stack<(IAsyncEnumerator<TreeEntry> Entries, EntryScope Scope, TreePath Path)> stack = new();
        try
        {
            stack.Push((Read(tree.Root), tree.Scope, TreePath.Top));
            while (stack.TryPeek(out (IAsyncEnumerator<TreeEntry> Entries, EntryScope Scope, TreePath Path) frame))
            {
                _context.Token.ThrowIfCancellationRequested();
                TreeEntry? entry = await NextAsync(frame.Entries, frame.Scope, frame.Path).ConfigureAwait(false);
                if (entry is null)
                {
                    await stack.Pop().Entries.DisposeAsync().ConfigureAwait(false);
                    continue;
                }

                if (!EntryName.IsSafe(entry.Name))
                {
                    _context.Report(VtErrorId.UnsafePath, $"An entry of '{frame.Path}' has the name '{PathText.Format(entry.Name)}', which would lead out of its directory. It was left out.", frame.Path.Join(entry.Name));
                    continue;
                }

                if (!frame.Scope.Admits(entry, out SelectionScope? below))
                {
                    continue;
                }

                bool isDirectory = entry.Type == VtItemType.Directory;
                byte[][]? names = frame.Path.Depth >= _context.Request.StripComponents && below is null && !(isDirectory && frame.Scope.IsConfined)
                    ? _renames.Get(tree.Backup, frame.Path, entry.Name)
                    : null;
                if (names is not null)
                {
                    await RestoreAsync(names, entry, new ItemPath(frame.Path, entry.Name)).ConfigureAwait(false);
                }

                if (isDirectory && entry.Content is not null)
                {
                    stack.Push((Read(entry.Content), frame.Scope.Enter(entry.Name, below), frame.Path.Enter(entry.Name)));
                }
            }
        }
        finally
        {
            while (stack.TryPop(out (IAsyncEnumerator<TreeEntry> Entries, EntryScope Scope, TreePath Path) left))
            {
                await left.Entries.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Gives the directories their metadata, those below before those above.</summary>
    public void Finish()
    {
        for (int i = _inOrder.Count - 1; i >= 0; i--)
        {
            _tree.Complete(_inOrder[i]);
        }
    }

    /// <summary>After a restore was stopped.</summary>
    public void Abandon()
    {
        foreach (DestinationNode node in _inOrder)
        {
            _tree.Abandon(node);
        }
    }

    private async ValueTask RestoreAsync(byte[][] names, TreeEntry entry, ItemPath path)
    {
        if (entry.Type == VtItemType.Directory)
        {
            DestinationNode own = GetNode(names);
            if (own.Entry is null)
            {
                own.Entry = entry;
                own.Source = path.Directory.Enter(entry.Name);
                own.IsOwn = true;
            }

            _tree.MakeReady(own);
            return;
        }

        DestinationNode node = GetNode(names[..^1]);
        if (!_tree.MakeReady(node))
        {
            return;
        }

        DirectoryHandle directory;
        try
        {
            directory = _context.Pool.Acquire(node.Directory!);
        }
        catch (FileSystemException e)
        {
            _context.ReportFailure(path.ToString(), e);
            return;
        }

        try
        {
            await _items.RestoreAsync(node, directory, names[^1], entry, path).ConfigureAwait(false);
        }
        finally
        {
            _context.Pool.Release(node.Directory!);
        }
    }

    private DestinationNode GetNode(byte[][] names)
    {
        DestinationNode node = _root;
        UInt128 key = 0;
        TreePath path = TreePath.Top;
        foreach (byte[] name in names)
        {
            key = DestinationKey.Enter(key, name);
            path = path.Enter(name);
            if (!_nodes.TryGetValue(key, out DestinationNode? next))
            {
                next = new DestinationNode(node, name, null, path, isOwn: false);
                _nodes[key] = next;
                _inOrder.Add(next);
            }

            node = next;
        }

        return node;
    }

    private IAsyncEnumerator<TreeEntry> Read(VtBlockReference directory) =>
        _context.Trees.ReadDirectoryAsync(directory, _context.Token).GetAsyncEnumerator(_context.Token);

    private async ValueTask<TreeEntry?> NextAsync(IAsyncEnumerator<TreeEntry> entries, EntryScope scope, TreePath path)
    {
        try
        {
            return await entries.MoveNextAsync().ConfigureAwait(false) && !scope.IsPast(entries.Current.Name) ? entries.Current : null;
        }
        catch (VtException e) when (RestoreContext.IsDamage(e))
        {
            _context.ReportDamage(path.ToString(), $"The rest of the directory '{path}' was left out because it cannot be read from the Store.", e);
            return null;
        }
    }
}
