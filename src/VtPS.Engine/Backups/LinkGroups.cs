using VtPS.Engine.IO;

namespace VtPS.Engine.Backups;

/// <summary>
/// The files with several names that a run has met. The first name met in walk order names the group; later ones wait for its content
/// instead of being read again. A group is forgotten once all its names were met.
/// </summary>
internal sealed class LinkGroups
{
    private readonly Dictionary<(ulong Device, ulong Inode), LinkGroup> _open = [];

    /// <summary>The group of an inode. For the walker alone.</summary>
    /// <param name="status">What was seen under one of its names.</param>
    /// <param name="first">Whether this is the first name met: the caller then sets the group's id.</param>
    public LinkGroup Get(in FileStatus status, out bool first)
    {
        // Where the names met were removed meanwhile, a new file may have the inode's number by now: its content is another one.
        (ulong Device, ulong Inode) key = (status.Device, status.Inode);
        first = !_open.TryGetValue(key, out LinkGroup? group) || group.Size != status.Size || group.Modified != status.Modified;
        if (first)
        {
            group = new LinkGroup { Size = status.Size, Modified = status.Modified };
            _open[key] = group;
        }

        if (++group!.Met >= status.LinkCount)
        {
            _open.Remove(key);
        }

        return group;
    }
}
