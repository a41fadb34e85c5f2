using VtPS.Engine.IO;
using VtPS.Engine.Listing;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>Walks what is to be restored before anything is written: counts it, and finds paths that name nothing and places that two entries would get. For one thread.</summary>
internal sealed class RestorePlanner(ITreeReader trees, RestoreRequest request)
{
    private readonly Dictionary<UInt128, UInt128> _places = [];
    private long _files;
    private long _directories;
    private long _others;
    private long _bytes;

    /// <summary>Destination directories that several directories of backups come together in.</summary>
    public HashSet<UInt128> Merged { get; } = [];

    /// <summary>What was counted so far.</summary>
    public RestorePlan Plan => new() { Files = _files, Directories = _directories, Others = _others, Bytes = _bytes };

    /// <summary>Walks one tree.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="countsAll">Whether all is walked; else only as far as the paths given lead.</param>
    /// <param name="findsConflicts">Whether two entries may come together in one place.</param>
    /// <param name="renames">Where the new names of all items are noted; null where names stay.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    /// <exception cref="VtException">ItemNotFound, DestinationConflict.</exception>
    public async Task WalkAsync(SelectedTree tree, bool countsAll, bool findsConflicts, RenameMap? renames, CancellationToken cancellationToken)
    {
        BackupSources? sources = request.Destination is null ? BackupSources.Create(tree.Backup) : null;
        Stack<Frame> stack = new();
        try
        {
            stack.Push(Open(tree.Root, tree.Scope, TreePath.Top, 0, cancellationToken));
            while (stack.TryPeek(out Frame? frame))
            {
                cancellationToken.ThrowIfCancellationRequested();
                TreeEntry? entry = await NextAsync(frame).ConfigureAwait(false);
                if (entry is null)
                {
                    await stack.Pop().Entries.DisposeAsync().ConfigureAwait(false);
                    continue;
                }

                if (!frame.Scope.Admits(entry, out SelectionScope? below))
                {
                    continue;
                }

                bool isDirectory = entry.Type == VtItemType.Directory;
                bool isLeftOut = frame.Path.Depth < request.StripComponents;
                UInt128 key = 0;
                if (!isLeftOut)
                {
                    if (renames is not null)
                    {
                        isLeftOut = (isDirectory && frame.Scope.IsConfined) || !TryRename(renames, tree, frame.Path, entry, below is null, out key);
                    }
                    else if (findsConflicts)
                    {
                        UInt128 place = frame.Path.Depth == 0 && sources?.Find(entry.Name) is { } source ? DestinationKey.OfPath(source.Folder) : frame.Key;
                        key = DestinationKey.Enter(place, entry.Name);
                    }

                    if (findsConflicts && !isLeftOut)
                    {
                        AddPlace(key, entry, frame.Path);
                    }
                }

                if (!isLeftOut)
                {
                    Count(entry, isDirectory, below is null);
                }

                if (isDirectory && entry.Content is not null && (countsAll || below is not null))
                {
                    stack.Push(Open(entry.Content, frame.Scope.Enter(entry.Name, below), frame.Path.Enter(entry.Name), key, cancellationToken));
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

        tree.Selection.ThrowIfUnmatched(tree.Where);
    }

    private bool TryRename(RenameMap renames, SelectedTree tree, TreePath path, TreeEntry entry, bool isOwn, out UInt128 key)
    {
        key = 0;
        byte[][]? names = isOwn ? renames.Get(tree.Backup, path, entry.Name) : null;
        if (names is null)
        {
            return false;
        }

        foreach (byte[] name in names)
        {
            key = DestinationKey.Enter(key, name);
        }

        return true;
    }

    private void AddPlace(UInt128 key, TreeEntry entry, TreePath path)
    {
        UInt128 what = DestinationKey.OfEntry(entry);
        if (_places.TryAdd(key, what))
        {
            return;
        }

        if (_places[key] != what)
        {
            string text = path.Join(entry.Name);
            throw new VtException(VtErrorId.DestinationConflict, $"'{text}' and another item that was selected would be restored to the same place, and they differ. Nothing was written; restore them one after the other, or to different folders.", text);
        }

        if (entry.Type == VtItemType.Directory)
        {
            Merged.Add(key);
        }
    }

    private void Count(TreeEntry entry, bool isDirectory, bool isOwn)
    {
        if (isDirectory)
        {
            _directories += isOwn ? 1 : 0;
        }
        else if (entry.Type == VtItemType.File)
        {
            _files++;
            _bytes += entry.Size;
        }
        else
        {
            _others++;
        }
    }

    // What cannot be read is left to the restore to report.
    private static async ValueTask<TreeEntry?> NextAsync(Frame frame)
    {
        try
        {
            return await frame.Entries.MoveNextAsync().ConfigureAwait(false) && !frame.Scope.IsPast(frame.Entries.Current.Name) ? frame.Entries.Current : null;
        }
        catch (VtException e) when (RestoreContext.IsDamage(e) || e.ErrorId == VtErrorId.UnsafePath)
        {
            return null;
        }
    }

    private Frame Open(VtBlockReference directory, EntryScope scope, TreePath path, UInt128 key, CancellationToken cancellationToken) =>
        new(trees.ReadDirectoryAsync(directory, cancellationToken).GetAsyncEnumerator(cancellationToken), scope, path, key);

    private sealed record Frame(IAsyncEnumerator<TreeEntry> Entries, EntryScope Scope, TreePath Path, UInt128 Key);
}
