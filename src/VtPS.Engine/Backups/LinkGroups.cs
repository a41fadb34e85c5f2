
namespace VtPS.Engine.Backups;

/// <summary>
/// The files with several names that a run has met. The first name met in walk order names the group; later ones wait for its content
/// instead of being read again. A group is forgotten once all its names were met.
/// </summary>
internal sealed class LinkGroups
{
    private readonly Dictionary<(ulong Device, ulong Inode), LinkGroup> _open = [];

    /// <summary>The group of an inode. For the walker alone.</summary>
    /// <param name="device">The file system.</param>
    /// <param name="inode">The inode.</param>
    /// <param name="linkCount">How many names it has.</param>
    /// <param name="first">Whether this is the first name met: the caller then sets the group's id.</param>
    public LinkGroup Get(ulong device, ulong inode, long linkCount, out bool first)
    {
        first = !_open.TryGetValue((device, inode), out LinkGroup? group);
        if (group is null)
        {
            group = new LinkGroup();
            _open.Add((device, inode), group);
        }

        if (++group.Met >= linkCount)
        {
            _open.Remove((device, inode));
        }

        return group;
    }
}
