using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.Objects;

/// <summary>
/// Keeps the files that were read last open, so that reading many records of a data file opens it once. Safe for use by many threads:
/// a file is closed when it has fallen out and the last reader has given it back.
/// </summary>
internal sealed class OpenFileCache(int capacity) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<OpenFile>> _byName = new(StringComparer.Ordinal);
    private readonly LinkedList<OpenFile> _byUse = new();
    private bool _disposed;

    /// <summary>A file that is open, or null where it must be opened and put in by <see cref="Add"/>. Give it back by <see cref="Return"/>.</summary>
    public OpenFile? TryRent(string name)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_byName.TryGetValue(name, out LinkedListNode<OpenFile>? node))
            {
                return null;
            }

            if (node != _byUse.First)
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
            }

            node.Value.Users++;
            return node.Value;
        }
    }

    /// <summary>Takes over a handle and rents it to the caller. If another thread was faster, its handle is rented and this one closed.</summary>
    public OpenFile Add(string name, SafeFileHandle handle)
    {
        OpenFile? rented = null;
        OpenFile? fallen = null;
        lock (_gate)
        {
            if (!_disposed)
            {
                if (_byName.TryGetValue(name, out LinkedListNode<OpenFile>? node))
                {
                    rented = node.Value;
                }
                else
                {
                    rented = new OpenFile(name, handle);
                    _byName.Add(name, _byUse.AddFirst(rented));
                    if (_byUse.Count > capacity)
                    {
                        fallen = Drop(_byUse.Last!);
                    }
                }

                rented.Users++;
            }
        }

        fallen?.Handle.Dispose();
        if (rented?.Handle != handle)
        {
            handle.Dispose();
        }

        ObjectDisposedException.ThrowIf(rented is null, this);
        return rented;
    }

    /// <summary>Gives a rented file back.</summary>
    public void Return(OpenFile file)
    {
        bool close;
        lock (_gate)
        {
            file.Users--;
            close = file is { Dropped: true, Users: 0 };
        }

        if (close)
        {
            file.Handle.Dispose();
        }
    }

    /// <summary>Forgets a file, if it is open: the next reader opens it anew.</summary>
    public void Remove(string name)
    {
        OpenFile? unused = null;
        lock (_gate)
        {
            if (_byName.TryGetValue(name, out LinkedListNode<OpenFile>? node))
            {
                unused = Drop(node);
            }
        }

        unused?.Handle.Dispose();
    }

    public void Dispose()
    {
        List<OpenFile> unused = [];
        lock (_gate)
        {
            _disposed = true;
            while (_byUse.First is { } node)
            {
                if (Drop(node) is { } file)
                {
                    unused.Add(file);
                }
            }
        }

        foreach (OpenFile file in unused)
        {
            file.Handle.Dispose();
        }
    }

    /// <summary>Takes a file out; returned when nobody uses it and the caller must close it.</summary>
    private OpenFile? Drop(LinkedListNode<OpenFile> node)
    {
        _byUse.Remove(node);
        _byName.Remove(node.Value.Name);
        node.Value.Dropped = true;
        return node.Value.Users == 0 ? node.Value : null;
    }

    /// <summary>An open file of the cache. The fields belong to the cache.</summary>
    internal sealed class OpenFile(string name, SafeFileHandle handle)
    {
        public string Name { get; } = name;

        public SafeFileHandle Handle { get; } = handle;

        public int Users { get; set; }

        public bool Dropped { get; set; }
    }
}
