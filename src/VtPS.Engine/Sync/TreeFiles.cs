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

    /// <summary>Opens the root of a tree.</summary>
    /// <exception cref="VtException">SourceDenied.</exception>
    public static DirectoryHandle OpenRoot(string path)
    {
        try
        {
            return FileSystem.Current.OpenDirectory(FileSystem.Current.GetBytes(path));
        }
        catch (FileSystemException e)
        {
            throw new VtException(VtErrorId.SourceDenied, $"'{path}' cannot be opened: {e.Message} Check its permissions.", path, e);
        }
    }

    /// <summary>What a file of the root holds that says how to sync; nothing where there is none.</summary>
    /// <exception cref="VtException">SourceReadFailed.</exception>
    public static byte[] ReadRules(string root, string name)
    {
        string path = Path.Join(root, name);
        try
        {
            return File.Exists(path) ? File.ReadAllBytes(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VtException(VtErrorId.SourceReadFailed, $"'{path}' cannot be read: {e.Message} Without what it says nothing is synced.", path, e);
        }
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
