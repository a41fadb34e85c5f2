using System.Text;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>Opens folders of the tree as it lies on disk, by identity: a folder that another one has taken the place of is refused. Handles stay open while there is room. For one thread at a time.</summary>
/// <param name="applied">The tree.</param>
/// <param name="root">The tree's root; stays the caller's.</param>
/// <param name="parkingFolder">Where entries wait between two places.</param>
internal sealed class FolderHandles(AppliedTree applied, DirectoryHandle root, DirectoryHandle parkingFolder) : IDisposable
{
    private const int Most = 64;

    private readonly Dictionary<NodeId, DirectoryHandle> _open = [];
    private readonly Queue<NodeId> _order = new();
    private readonly HashSet<NodeId> _parked = [];

    /// <summary>Entries that wait between two places.</summary>
    public IReadOnlyCollection<NodeId> Parked => _parked;

    /// <summary>The name of an entry while it is parked.</summary>
    public static byte[] ParkedName(NodeId id) => Encoding.ASCII.GetBytes(id.ToString());

    /// <summary>A folder, valid until the next call.</summary>
    /// <exception cref="FileSystemException">It cannot be opened; Stale: there is another in its place.</exception>
    public DirectoryHandle Open(NodeId id)
    {
        if (id.IsRoot)
        {
            return root;
        }

        if (_open.TryGetValue(id, out DirectoryHandle? handle))
        {
            return handle;
        }

        AppliedEntry entry = applied.Find(id) ?? throw new FileSystemException(FileSystemReason.NotFound, 0, "Its folder is not there.");
        (DirectoryHandle parent, byte[] name) = Locate(entry);
        handle = parent.OpenDirectory(name);
        if (handle.GetStatus().Inode != entry.Facts.Inode)
        {
            handle.Dispose();
            throw new FileSystemException(FileSystemReason.Stale, 0, $"'{PathText.Format(name)}' was replaced by another folder meanwhile.");
        }

        while (_order.Count >= Most)
        {
            Close(_order.Dequeue());
        }

        _open.Add(id, handle);
        _order.Enqueue(id);
        return handle;
    }

    /// <summary>Where an entry lies: a folder, valid until the next call, and a name.</summary>
    public (DirectoryHandle Folder, byte[] Name) Locate(AppliedEntry entry) =>
        _parked.Contains(entry.Id) ? (parkingFolder, ParkedName(entry.Id)) : (Open(entry.Place.Parent), entry.Place.Name);

    /// <summary>Another handle of a folder, for the caller to dispose of.</summary>
    public DirectoryHandle Borrow(NodeId id) => Open(id).Duplicate();

    public bool IsParked(NodeId id) => _parked.Contains(id);

    /// <summary>Takes an entry out of its place.</summary>
    public void Park(AppliedEntry entry)
    {
        (DirectoryHandle folder, byte[] name) = Locate(entry);
        folder.MoveTo(name, parkingFolder, ParkedName(entry.Id));
        _parked.Add(entry.Id);
    }

    /// <summary>Notes that an entry has a place again, or is gone.</summary>
    public void Unpark(NodeId id) => _parked.Remove(id);

    /// <summary>Closes the handle of a folder, if it is open.</summary>
    public void Close(NodeId id)
    {
        if (_open.Remove(id, out DirectoryHandle? handle))
        {
            handle.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (DirectoryHandle handle in _open.Values)
        {
            handle.Dispose();
        }

        _open.Clear();
    }
}
