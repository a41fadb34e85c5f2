using VtPS.Engine.Histories;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;
using VtPS.Engine.Rules;

namespace VtPS.Engine.Replicas;

/// <summary>Looks at every entry of a tree once. Pipes, devices and sockets take no part in syncs and are left out.</summary>
/// <param name="pool">Holds the folders that are open.</param>
/// <param name="root">The tree's root.</param>
/// <param name="rules">What is left out.</param>
/// <param name="errors">Gets what could not be read.</param>
/// <param name="onEntries">Told how many entries a folder holds that was looked at.</param>
internal sealed class LiveWalk(DirectoryPool pool, PooledDirectory root, TreeRules rules, Action<VtError> errors, Action<long> onEntries)
{
    private readonly Stack<(LiveEntry Entry, PooledDirectory Directory, RuleScope Scope)> _open = new();

    /// <summary>Walks.</summary>
    /// <returns>The root, with all that is below it.</returns>
    public LiveEntry Run(CancellationToken cancellationToken)
    {
        FileStatus status = pool.Acquire(root).GetStatus();
        pool.Release(root);
        LiveEntry top = new(null, [], status);
        _open.Push((top, root, rules.Root));
        while (_open.TryPop(out (LiveEntry Entry, PooledDirectory Directory, RuleScope Scope) next))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                Look(next.Entry, next.Directory, next.Scope);
                onEntries(next.Entry.Children.Count);
            }
            catch (FileSystemException e) when (next.Entry.Parent is not null)
            {
                next.Entry.IsLeftAlone = true;
                errors(new VtError(e.Reason == FileSystemReason.Denied ? VtErrorId.SourceDenied : VtErrorId.SourceReadFailed, $"The folder '{next.Entry.Text}' could not be read: {e.Message} It stays as it was last seen.", next.Entry.Text, e));
            }
        }

        return top;
    }

    private void Look(LiveEntry folder, PooledDirectory directory, RuleScope scope)
    {
        DirectoryHandle handle = pool.Acquire(directory);
        try
        {
            FileTime now = FileTime.Now;
            List<DirectoryEntryName> names = handle.List();
            folder.Children.Capacity = names.Count;
            foreach (DirectoryEntryName name in names)
            {
                if (folder.Parent is null && HistoryCodec.IsStateName(name.Name))
                {
                    continue;
                }

                if (handle.TryGetStatus(name.Name) is not { Type: VtItemType.File or VtItemType.Directory or VtItemType.SymbolicLink } status
                    || (!scope.IsEmpty && scope.IsExcluded(name.Name, status.Type == VtItemType.Directory)))
                {
                    continue;
                }

                LiveEntry entry = new(folder, name.Name, status) { Opened = now };
                folder.Children.Add(entry);
                if (entry.IsDirectory)
                {
                    _open.Push((entry, DirectoryPool.Add(directory, name.Name), scope.Enter(name.Name, null)));
                }
            }
        }
        finally
        {
            pool.Release(directory);
        }
    }
}
