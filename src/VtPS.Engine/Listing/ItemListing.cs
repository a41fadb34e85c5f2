using VtPS.Engine.IO;
using System.Runtime.CompilerServices;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Listing;

/// <summary>Lists items of a backup, streaming.</summary>
internal static class ItemListing
{
    /// <summary>
    /// The items, each directory before what is below it, in the order of name bytes. A path whose last name has wildcards gives what it matches;
    /// one without gives a directory's entries, or the file itself.
    /// </summary>
    /// <param name="store">The Store.</param>
    /// <param name="request">What to list.</param>
    /// <param name="onDamaged">Told of each directory that cannot be read, or not to its end; the listing goes on with the others.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <exception cref="VtException">ItemNotFound for a path (or a pattern) that names nothing; StoreReadFailed.</exception>
    public static IAsyncEnumerable<VtItem> ListAsync(StoreSession store, ItemListRequest request, Action<VtException> onDamaged, CancellationToken cancellationToken) =>
        ListAsync(store.Trees, request, onDamaged, cancellationToken);

    internal static async IAsyncEnumerable<VtItem> ListAsync(
        ITreeReader trees, ItemListRequest request, Action<VtException> onDamaged, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Lister lister = new(trees, request, onDamaged);
        IReadOnlyList<string> paths = request.Paths.Count == 0 ? [""] : request.Paths;
        foreach (string path in paths)
        {
            await foreach (VtItem item in lister.ListPathAsync(InsidePath.Parse(path), cancellationToken).ConfigureAwait(false))
            {
                yield return item;
            }
        }
    }

    private sealed class Lister(ITreeReader trees, ItemListRequest request, Action<VtException> onDamaged)
    {
        private readonly NamePattern? _filter = request.Filter is null ? null : new NamePattern(request.Filter, backslashEscapes: true, ignoreCase: false);
        private readonly int _depth = request.Depth ?? (request.Recurse ? int.MaxValue : 0);

        public async IAsyncEnumerable<VtItem> ListPathAsync(InsidePath path, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            // A literal last name lists a directory's entries, so the entries of a matched directory are one level deeper than a matched pattern's.
            bool itself = path.Names.Count > 0 && path.Names[^1].Literal is null;
            bool found = path.Names.Count == 0;
            Stack<Frame> stack = new();
            try
            {
                stack.Push(Open(TreePath.Top, VtBlockReference.Parse(request.Backup.Root), found ? 0 : -path.Names.Count, cancellationToken));
                while (stack.TryPeek(out Frame? frame))
                {
                    if (!await MoveNextAsync(frame).ConfigureAwait(false))
                    {
                        // What the path names may be in the part that cannot be read: it is not said to be missing.
                        found |= frame.IsDamaged && frame.Level < 0;
                        await stack.Pop().Entries.DisposeAsync().ConfigureAwait(false);
                        continue;
                    }

                    cancellationToken.ThrowIfCancellationRequested();
                    TreeEntry entry = frame.Entries.Current;
                    bool isDirectory = entry.Type == VtItemType.Directory;
                    int level = frame.Level;
                    if (level < 0)
                    {
                        NamePattern name = path.Names[path.Names.Count + level];
                        if (!name.IsMatch(entry.Name))
                        {
                            continue;
                        }

                        // A literal name stands once in a directory: what follows need not be read.
                        frame.IsDone = name.Literal is not null;
                        if (level < -1 && !isDirectory)
                        {
                            continue;
                        }

                        found |= level == -1;
                        level = level == -1 && (itself || !isDirectory) ? 0 : level;
                    }

                    if (level >= 0 && IsWanted(entry, isDirectory))
                    {
                        yield return VtItemFactory.Create(request.Backup, frame.Path, entry);
                    }

                    Frame? below = isDirectory && entry.Content is not null && (level < 0 || level < _depth)
                        ? Open(frame.Path.Enter(entry.Name), entry.Content, level + 1, cancellationToken)
                        : null;
                    if (frame.IsDone)
                    {
                        await stack.Pop().Entries.DisposeAsync().ConfigureAwait(false);
                    }

                    if (below is not null)
                    {
                        stack.Push(below);
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

            if (!found)
            {
                throw PathSelection.NotFound(path.Text, $"backup {request.Backup.Id}");
            }
        }

        private async ValueTask<bool> MoveNextAsync(Frame frame)
        {
            try
            {
                return await frame.Entries.MoveNextAsync().ConfigureAwait(false);
            }
            catch (VtException e) when (TreeDamage.Is(e))
            {
                frame.IsDamaged = true;
                onDamaged(TreeDamage.At(request.Backup, "directory", frame.Path.ToString(), e));
                return false;
            }
        }

        private bool IsWanted(TreeEntry entry, bool isDirectory) =>
            !(isDirectory ? request.FilesOnly : request.DirectoriesOnly) && (_filter is null || _filter.IsMatch(entry.Name));

        private Frame Open(TreePath path, VtBlockReference directory, int level, CancellationToken cancellationToken) =>
            new(path, trees.ReadDirectoryAsync(directory, cancellationToken).GetAsyncEnumerator(cancellationToken), level);
    }

    /// <summary>A directory in hand. Its level counts from 0 for the first that is listed; below 0, names of the path are still to be met.</summary>
    private sealed class Frame(TreePath path, IAsyncEnumerator<TreeEntry> entries, int level)
    {
        public TreePath Path { get; } = path;

        public IAsyncEnumerator<TreeEntry> Entries { get; } = entries;

        public int Level { get; } = level;

        public bool IsDone { get; set; }

        public bool IsDamaged { get; set; }
    }
}
