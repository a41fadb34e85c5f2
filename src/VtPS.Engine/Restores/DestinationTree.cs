using VtPS.Engine.IO;

namespace VtPS.Engine.Restores;

/// <summary>Makes the directories of a restore, and gives them their metadata when they are full. Safe for use by many threads.</summary>
internal sealed class DestinationTree(RestoreContext context, MetadataWriter metadata, TreeRemover remover)
{
    private const int OwnerAll = 0x1c0;
    private const int EverybodyAll = 0x1ff;

    /// <summary>
    /// Makes sure that a directory is there and can be written, and those above it. What cannot be done is reported once.
    /// </summary>
    /// <returns>Whether it is.</returns>
    public bool MakeReady(DestinationNode node)
    {
        if (node.State != DestinationNode.NodeState.Unknown)
        {
            return node.State == DestinationNode.NodeState.Ready;
        }

        // A loop, not recursion: a tree can be deeper than a thread's stack.
        Stack<DestinationNode> unknown = new();
        for (DestinationNode? at = node; at is { State: DestinationNode.NodeState.Unknown }; at = at.Parent)
        {
            unknown.Push(at);
        }

        while (unknown.TryPop(out DestinationNode? next))
        {
            lock (next)
            {
                if (next.State == DestinationNode.NodeState.Unknown)
                {
                    next.State = next.Parent!.State == DestinationNode.NodeState.Ready && TryMake(next)
                        ? DestinationNode.NodeState.Ready
                        : DestinationNode.NodeState.Failed;
                }
            }
        }

        return node.State == DestinationNode.NodeState.Ready;
    }

    /// <summary>Ends the work on a directory's own entries; whatever is finished by that, upwards, gets its metadata.</summary>
    public void Complete(DestinationNode node)
    {
        DestinationNode? at = node;
        while (at is { Parent: not null } && at.EndOne())
        {
            Finish(at);
            at = at.Parent;
        }
    }

    /// <summary>After a restore was stopped: gives directories that were there before the mode that they had.</summary>
    public void Abandon(DestinationNode node)
    {
        for (DestinationNode? at = node; at is { Parent: not null }; at = at.Parent)
        {
            lock (at)
            {
                ResetMode(at);
            }
        }
    }

    private bool TryMake(DestinationNode node)
    {
        DestinationNode parent = node.Parent!;
        try
        {
            DirectoryHandle directory = context.Pool.Acquire(parent.Directory!);
            try
            {
                CheckAcl(parent, directory);
                node.MayGiveAcl = parent.HasDefaultAcl;
                FileStatus? status = parent.IsNew ? null : directory.TryGetStatus(node.Name);
                if (status is { Type: not VtItemType.Directory })
                {
                    if (!context.Request.Force)
                    {
                        context.ReportDiffers(node.Source.ToString(), "in its place is something that is not a directory, and links are not followed.");
                        return false;
                    }

                    directory.DeleteFile(node.Name);
                    status = null;
                }

                if (status is null)
                {
                    directory.CreateDirectory(node.Name, node.Entry is null ? EverybodyAll : OwnerAll);
                    node.IsNew = true;
                }
                else
                {
                    node.MayGiveAcl = true;
                    Open(node, directory, status.Value.Mode);
                }

                node.Directory = DirectoryPool.Add(parent.Directory!, node.Name);
                return true;
            }
            finally
            {
                context.Pool.Release(parent.Directory!);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.ReportFailure(node.Source.ToString(), e);
            return false;
        }
    }

    /// <summary>Looks, once, whether a directory gives ACLs to what is made in it.</summary>
    public static void CheckAcl(DestinationNode node, DirectoryHandle directory)
    {
        if (node.MayGiveAcl)
        {
            node.HasDefaultAcl = MetadataWriter.HasDefaultAcl(directory);
            node.MayGiveAcl = false;
        }
    }

    // A directory that its owner may not write is opened to the owner for as long as it is filled.
    private static void Open(DestinationNode node, DirectoryHandle directory, int mode)
    {
        if ((mode & OwnerAll) == OwnerAll)
        {
            return;
        }

        try
        {
            directory.SetMode(node.Name, mode | OwnerAll);
            node.ModeBefore = mode;
        }
        catch (FileSystemException e) when (e.Reason == FileSystemReason.Denied)
        {
            // Somebody else's: what cannot be done in it will be said item by item.
        }
    }

    private void Finish(DestinationNode node)
    {
        if (node.State != DestinationNode.NodeState.Ready)
        {
            return;
        }

        if (node.Entry is null || !(node.IsOwn || node.IsNew))
        {
            lock (node)
            {
                ResetMode(node);
            }

            context.Pool.Retire(node.Directory!);
            return;
        }

        ItemPath path = new(node.Source.Parent!, node.Source.Name);
        try
        {
            DirectoryHandle directory = context.Pool.Acquire(node.Directory!);
            try
            {
                FileStatus status = directory.GetStatus();
                CheckAcl(node, directory);
                metadata.Update(new MetadataTarget(directory, null, null), status, node.Entry, path, !node.IsNew || node.HasDefaultAcl);
                lock (node)
                {
                    node.ModeBefore = null;
                }
            }
            finally
            {
                context.Pool.Release(node.Directory!);
                context.Pool.Retire(node.Directory!);
            }

            Interlocked.Increment(ref context.Counters.Directories);
            context.GiveRow(path, node.Entry, node.IsNew ? VtFileAction.Restored : VtFileAction.Equal, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.ReportFailure(path.ToString(), e);
        }

        Interlocked.Increment(ref context.Counters.ItemsDone);
    }

    private void ResetMode(DestinationNode node)
    {
        if (node.ModeBefore is not { } mode)
        {
            return;
        }

        node.ModeBefore = null;
        try
        {
            DirectoryHandle directory = context.Pool.Acquire(node.Directory!);
            try
            {
                directory.SetMode(null, mode);
            }
            finally
            {
                context.Pool.Release(node.Directory!);
            }
        }
        catch (FileSystemException e)
        {
            context.ReportFailure(node.Source.ToString(), e);
        }
    }

    /// <summary>Removes what a restored directory has and the backup has not.</summary>
    /// <param name="node">The directory.</param>
    /// <param name="names">The names that the backup has, sorted by bytes.</param>
    /// <param name="scope">What of the directory the restore is about.</param>
    public void RemoveExtras(DestinationNode node, List<byte[]> names, EntryScope scope)
    {
        string inside = node.Source.ToString();
        try
        {
            DirectoryHandle directory = context.Pool.Acquire(node.Directory!);
            try
            {
                foreach (DirectoryEntryName live in directory.List())
                {
                    context.Token.ThrowIfCancellationRequested();
                    if (names.BinarySearch(live.Name, NameComparer.Instance) < 0 && !scope.IsExcluded(live.Name, live.Type == VtItemType.Directory))
                    {
                        remover.Remove(node.Directory!, live.Name, inside + "/" + PathText.Format(live.Name), isExtra: true);
                    }
                }
            }
            finally
            {
                context.Pool.Release(node.Directory!);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.ReportFailure(inside, e);
        }
    }
}
