using System.Runtime.ExceptionServices;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;
using VtPS.Engine.Rules;

namespace VtPS.Engine.Replicas;

/// <summary>Looks at every entry of a tree once. Pipes, devices and sockets take no part in syncs and are left out.</summary>
/// <param name="pool">Holds the folders that are open.</param>
/// <param name="root">The tree's root.</param>
/// <param name="rules">What is left out.</param>
/// <param name="errors">Gets what could not be read, from many threads.</param>
/// <param name="onEntries">Told how many entries a folder holds that was looked at, by many threads.</param>
internal sealed class LiveWalk(DirectoryPool pool, PooledDirectory root, TreeRules rules, Action<VtError> errors, Action<long> onEntries)
{
    private const int MostRounds = 5;

    private readonly Stack<(LiveEntry Entry, PooledDirectory Directory, RuleScope Scope)> _open = new();

    /// <summary>Walks.</summary>
    /// <returns>The root, with all that is below it.</returns>
    public LiveEntry Run(CancellationToken cancellationToken)
    {
        FileTime now = FileTime.Now;
        FileStatus status = pool.Acquire(root).GetStatus();
        pool.Release(root);
        LiveEntry top = new(null, [], status) { Opened = now };
        _open.Push((top, root, rules.Root));
        LookAtAll(cancellationToken);
        return top;
    }

    /// <summary>
    /// Lists again the folders that changed since they were listed, until none did: so what was moved from one folder to another meanwhile is found in one of them, and in no other.
    /// In a tree that never rests it gives up after some rounds.
    /// </summary>
    /// <param name="top">What <see cref="Run"/> returned.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Whether anything was otherwise than it was listed first.</returns>
    public bool Settle(LiveEntry top, CancellationToken cancellationToken)
    {
        for (int round = 0; round < MostRounds; round++)
        {
            if (!LookAgain(top, cancellationToken))
            {
                return round > 0;
            }
        }

        return true;
    }

    /// <summary>Lists folders until none is left, on as many threads as there are processors.</summary>
    private void LookAtAll(CancellationToken cancellationToken)
    {
        int busy = 0;
        bool isOver = false;
        void Work(int number)
        {
            while (true)
            {
                (LiveEntry Entry, PooledDirectory Directory, RuleScope Scope) next;
                lock (_open)
                {
                    while (!isOver && _open.Count == 0 && busy > 0)
                    {
                        Monitor.Wait(_open);
                    }

                    if (isOver || !_open.TryPop(out next))
                    {
                        return;
                    }

                    busy++;
                }

                bool isListed = false;
                try
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    LookAt(next.Entry, next.Directory, next.Scope);
                    isListed = true;
                }
                finally
                {
                    lock (_open)
                    {
                        busy--;
                        isOver |= !isListed;
                        Monitor.PulseAll(_open);
                    }
                }
            }
        }

        try
        {
            Parallel.For(0, Environment.ProcessorCount, Work);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private void LookAt(LiveEntry folder, PooledDirectory directory, RuleScope scope)
    {
        try
        {
            List(folder, directory, scope, null, folder.Children);
            onEntries(folder.Children.Count);
        }
        catch (FileSystemException e) when (folder.Parent is not null)
        {
            folder.IsLeftAlone = true;
            errors(new VtError(e.Reason == FileSystemReason.Denied ? VtErrorId.SourceDenied : VtErrorId.SourceReadFailed, $"The folder '{folder.Text}' could not be read: {e.Message} It stays as it was last seen.", folder.Text, e));
        }
    }

    /// <summary>Lists the folders again that are not as they were listed.</summary>
    /// <returns>Whether one of them has other entries now.</returns>
    private bool LookAgain(LiveEntry top, CancellationToken cancellationToken)
    {
        bool differs = false;
        Stack<(LiveEntry Entry, PooledDirectory Directory, RuleScope Scope)> folders = new();
        folders.Push((top, root, rules.Root));
        while (folders.TryPop(out (LiveEntry Entry, PooledDirectory Directory, RuleScope Scope) next))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (next.Entry.IsLeftAlone)
            {
                continue;
            }

            try
            {
                differs |= Relist(next.Entry, next.Directory, next.Scope, cancellationToken);
            }
            catch (FileSystemException)
            {
                // It is gone, or was moved: then the folder that it lay in is otherwise, too.
                _open.Clear();
                differs = true;
                continue;
            }

            foreach (LiveEntry child in next.Entry.Children.Where(c => c.IsDirectory))
            {
                folders.Push((child, DirectoryPool.Add(next.Directory, child.Name), next.Scope.Enter(child.Name, null)));
            }
        }

        return differs;
    }

    /// <summary>Lists a folder again, if it may be otherwise than it was listed.</summary>
    private bool Relist(LiveEntry folder, PooledDirectory directory, RuleScope scope, CancellationToken cancellationToken)
    {
        FileTime looked = FileTime.Now;
        FileStatus status = pool.Acquire(directory).GetStatus();
        pool.Release(directory);
        if (status.Inode != folder.Status.Inode)
        {
            return true;
        }

        if (FileFacts.Of(folder.Status, folder.Opened).IsTrusted && status.Modified == folder.Status.Modified && status.Changed == folder.Status.Changed)
        {
            return false;
        }

        Dictionary<byte[], LiveEntry> before = folder.Children.ToDictionary(c => c.Name, ByteStringComparer.Instance);
        List<LiveEntry> children = [];
        List(folder, directory, scope, before, children);
        bool differs = children.Count != before.Count || children.Exists(c => !before.TryGetValue(c.Name, out LiveEntry? known) || known != c);
        folder.Children.Clear();
        folder.Children.AddRange(children);
        folder.Status = status;
        folder.Opened = looked;
        LookAtAll(cancellationToken);
        return differs;
    }

    /// <summary>Lists a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="directory">Where it is open.</param>
    /// <param name="scope">What is left out in it.</param>
    /// <param name="before">What it held when it was listed before; what is still there stays the same entry.</param>
    /// <param name="children">Gets its entries.</param>
    private void List(LiveEntry folder, PooledDirectory directory, RuleScope scope, Dictionary<byte[], LiveEntry>? before, List<LiveEntry> children)
    {
        DirectoryHandle handle = pool.Acquire(directory);
        try
        {
            FileTime now = FileTime.Now;
            List<DirectoryEntryName> names = handle.List();
            children.Capacity = names.Count;
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

                if (before is not null && before.TryGetValue(name.Name, out LiveEntry? known) && known.Status.Inode == status.Inode && known.Status.Type == status.Type)
                {
                    children.Add(known);
                    if (!known.IsDirectory)
                    {
                        (known.Status, known.Opened) = (status, now);
                    }

                    continue;
                }

                LiveEntry entry = new(folder, name.Name, status) { Opened = now };
                children.Add(entry);
                if (entry.IsDirectory)
                {
                    lock (_open)
                    {
                        _open.Push((entry, DirectoryPool.Add(directory, name.Name), scope.Enter(name.Name, null)));
                        Monitor.Pulse(_open);
                    }
                }
            }
        }
        finally
        {
            pool.Release(directory);
        }
    }
}
