using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;
using VtPS.Engine.Replicas;

namespace VtPS.Engine.Sync;

/// <summary>Opens files of a tree that are still as the last scan saw them. For one thread at a time.</summary>
internal sealed class TreeFiles : IDisposable
{
    private readonly ReplicaState _state;
    private readonly DirectoryPool _pool = new();
    private readonly PooledDirectory _top;
    private readonly Dictionary<NodeId, PooledDirectory> _folders = [];

    /// <param name="state">The replica.</param>
    /// <param name="root">The tree's root; stays the caller's.</param>
    public TreeFiles(ReplicaState state, DirectoryHandle root)
    {
        _state = state;
        _top = _pool.AddRoot(root.Duplicate());
    }

    /// <summary>Opens a file to read; null where it is not there any more or has changed.</summary>
    public SafeFileHandle? Open(AppliedEntry entry)
    {
        if (Find(entry.Place.Parent) is not { } folder)
        {
            return null;
        }

        try
        {
            DirectoryHandle handle = _pool.Acquire(folder);
            try
            {
                SafeFileHandle file = handle.OpenFile(entry.Place.Name);
                if (entry.Facts.IsSameEntry(handle.GetStatus(file)))
                {
                    return file;
                }

                file.Dispose();
            }
            finally
            {
                _pool.Release(folder);
            }
        }
        catch (FileSystemException)
        {
            // Not to be had is all that the caller wants to know.
        }

        return null;
    }

    public void Dispose() => _pool.Dispose();

    private PooledDirectory? Find(NodeId id)
    {
        if (id.IsRoot)
        {
            return _top;
        }

        if (_folders.TryGetValue(id, out PooledDirectory? known))
        {
            return known;
        }

        if (_state.Applied.Find(id) is not { } entry || Find(entry.Place.Parent) is not { } parent)
        {
            return null;
        }

        PooledDirectory folder = DirectoryPool.Add(parent, entry.Place.Name);
        _folders.Add(id, folder);
        return folder;
    }
}
