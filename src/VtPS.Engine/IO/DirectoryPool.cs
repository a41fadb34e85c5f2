namespace VtPS.Engine.IO;

/// <summary>
/// Keeps the number of open directory handles small, however deep a walk goes. A directory that was closed is opened again by its names from
/// the nearest one that is open; no symlink is followed, and a directory that was swapped for another meanwhile is refused. Safe for use by many threads.
/// </summary>
/// <param name="limit">How many handles that nobody uses are kept open.</param>
internal sealed class DirectoryPool(int limit = 256) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LinkedList<PooledDirectory> _idle = [];
    private readonly List<DirectoryHandle> _roots = [];

    /// <summary>Adds a root. The pool owns the handle, which stays open until the pool is disposed.</summary>
    public PooledDirectory AddRoot(DirectoryHandle handle)
    {
        lock (_gate)
        {
            _roots.Add(handle);
            return new PooledDirectory(null, []) { Handle = handle, Users = 1 };
        }
    }

    /// <summary>Adds a directory by its name in another one. Nothing is opened yet.</summary>
    public static PooledDirectory Add(PooledDirectory parent, byte[] name) => new(parent, name);

    /// <summary>The open handle of a directory, valid until <see cref="Release"/>.</summary>
    /// <exception cref="FileSystemException">It cannot be opened; Stale: there is another directory in its place.</exception>
    public DirectoryHandle Acquire(PooledDirectory directory)
    {
        lock (_gate)
        {
            if (directory.Handle is null)
            {
                Open(directory);
            }

            Use(directory);
            Trim();
            return directory.Handle!;
        }
    }

    /// <summary>Ends a use that <see cref="Acquire"/> began.</summary>
    public void Release(PooledDirectory directory)
    {
        lock (_gate)
        {
            if (--directory.Users == 0)
            {
                directory.Idle = _idle.AddLast(directory);
            }
        }
    }

    /// <summary>Says that a directory is not needed soon: its handle is closed if nobody uses it.</summary>
    public void Retire(PooledDirectory directory)
    {
        lock (_gate)
        {
            if (directory is { Users: 0, Handle: not null })
            {
                Close(directory);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (PooledDirectory directory in _idle)
            {
                directory.Handle!.Dispose();
            }

            _idle.Clear();
            foreach (DirectoryHandle root in _roots)
            {
                root.Dispose();
            }
        }
    }

    private void Open(PooledDirectory directory)
    {
        // A loop, not recursion: trees can be deeper than a thread's stack. Each step keeps one directory in use, so the rest can be trimmed.
        Stack<PooledDirectory> closed = new();
        PooledDirectory at = directory;
        while (at.Handle is null)
        {
            closed.Push(at);
            at = at.Parent ?? throw new ObjectDisposedException(nameof(DirectoryPool));
        }

        while (closed.TryPop(out PooledDirectory? next))
        {
            Use(at);
            try
            {
                DirectoryHandle handle = at.Handle!.OpenDirectory(next.Name);
                if (next.Identity is { } identity)
                {
                    FileStatus status = handle.GetStatus();
                    if ((status.Device, status.Inode) != identity)
                    {
                        handle.Dispose();
                        throw new FileSystemException(FileSystemReason.Stale, 0, $"'{PathText.Format(next.Name)}' was replaced by another directory while it was in use.");
                    }
                }

                next.Handle = handle;
                next.Idle = _idle.AddLast(next);
            }
            finally
            {
                if (--at.Users == 0)
                {
                    at.Idle = _idle.AddLast(at);
                }
            }

            at = next;
            Trim();
        }
    }

    private void Use(PooledDirectory directory)
    {
        directory.Users++;
        if (directory.Idle is not null)
        {
            _idle.Remove(directory.Idle);
            directory.Idle = null;
        }
    }

    private void Trim()
    {
        // The last one is what a caller is about to use.
        while (_idle.Count > limit && _idle.Count > 1)
        {
            Close(_idle.First!.Value);
        }
    }

    private void Close(PooledDirectory directory)
    {
        if (directory.Identity is null)
        {
            FileStatus status = directory.Handle!.GetStatus();
            directory.Identity = (status.Device, status.Inode);
        }

        directory.Handle!.Dispose();
        directory.Handle = null;
        _idle.Remove(directory.Idle!);
        directory.Idle = null;
    }
}
