using VtPS.Engine.IO;

namespace VtPS.Engine.Restores;

/// <summary>Removes live entries, directories with all that is in them; by handles, so that no link leads out, and never beyond a file system. Safe for use by many threads.</summary>
internal sealed class TreeRemover(RestoreContext context)
{
    private const int OwnerAll = 0x1c0;

    /// <summary>Removes an entry. What cannot be removed is reported, and stays with the directories above it.</summary>
    /// <param name="parent">The directory that it is in.</param>
    /// <param name="name">Its name.</param>
    /// <param name="path">Its path in text form, for rows and messages.</param>
    /// <param name="isExtra">Whether it is removed for not being in the backup: then it is counted, and gets a row.</param>
    /// <returns>Whether it is gone.</returns>
    public bool Remove(PooledDirectory parent, byte[] name, string path, bool isExtra)
    {
        Stack<Frame> stack = new();
        bool gone = true;
        if (!RemoveOrEnter(parent, name, path, isExtra, null, stack, ref gone))
        {
            return gone;
        }

        while (stack.TryPeek(out Frame? frame))
        {
            context.Token.ThrowIfCancellationRequested();
            if (frame.Next < frame.Names.Count)
            {
                byte[] next = frame.Names[frame.Next++].Name;
                RemoveOrEnter(frame.Directory, next, frame.Path + "/" + PathText.Format(next), isExtra, frame.Device, stack, ref gone);
                continue;
            }

            stack.Pop();
            context.Pool.Retire(frame.Directory);
            gone &= Try(frame.Directory.Parent!, frame.Path, directory => directory.DeleteDirectory(frame.Directory.Name)) && Count(frame.Path, VtItemType.Directory, isExtra);
        }

        return gone;
    }

    /// <returns>Whether the entry is a directory that was entered.</returns>
    private bool RemoveOrEnter(PooledDirectory parent, byte[] name, string path, bool isExtra, ulong? device, Stack<Frame> stack, ref bool gone)
    {
        bool entered = false;
        VtItemType type = VtItemType.Unknown;
        bool done = Try(parent, path, directory =>
        {
            FileStatus status = directory.GetStatus(name);
            type = status.Type;
            if (type != VtItemType.Directory)
            {
                directory.DeleteFile(name);
                return;
            }

            if (status.Device != (device ?? directory.GetStatus().Device))
            {
                throw new FileSystemException(FileSystemReason.Other, 0, "Another file system is mounted there, and it is not emptied.");
            }

            if ((status.Mode & OwnerAll) != OwnerAll)
            {
                directory.SetMode(name, status.Mode | OwnerAll);
            }

            PooledDirectory entry = DirectoryPool.Add(parent, name);
            DirectoryHandle opened = context.Pool.Acquire(entry);
            try
            {
                stack.Push(new Frame(entry, opened.List(), path, status.Device));
                entered = true;
            }
            finally
            {
                context.Pool.Release(entry);
            }
        });
        gone &= done;
        if (done && !entered)
        {
            Count(path, type, isExtra);
        }

        return entered;
    }

    private bool Try(PooledDirectory parent, string path, Action<DirectoryHandle> action)
    {
        try
        {
            DirectoryHandle directory = context.Pool.Acquire(parent);
            try
            {
                action(directory);
                return true;
            }
            finally
            {
                context.Pool.Release(parent);
            }
        }
        catch (FileSystemException e) when (e.Reason == FileSystemReason.NotFound)
        {
            return true;
        }
        catch (FileSystemException e)
        {
            context.Report(
                e.Reason == FileSystemReason.Denied ? VtErrorId.DestinationDenied : VtErrorId.DestinationWriteFailed,
                $"'{path}' was not removed: {e.Message}",
                path,
                e);
            return false;
        }
    }

    private bool Count(string path, VtItemType type, bool isExtra)
    {
        if (isExtra)
        {
            Interlocked.Increment(ref context.Counters.Deleted);
            if (context.Observer.WantsItems)
            {
                context.Observer.OnItem(new VtFileResult { Path = path, ItemType = type, Action = VtFileAction.Deleted });
            }
        }

        return true;
    }

    private sealed class Frame(PooledDirectory directory, List<DirectoryEntryName> names, string path, ulong device)
    {
        public PooledDirectory Directory { get; } = directory;

        public List<DirectoryEntryName> Names { get; } = names;

        public string Path { get; } = path;

        public ulong Device { get; } = device;

        public int Next { get; set; }
    }
}
