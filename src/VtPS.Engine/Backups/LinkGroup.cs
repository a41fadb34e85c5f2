using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Backups;

/// <summary>One file with several names.</summary>
internal sealed class LinkGroup
{
    private List<Action<TreeEntry?, SideEntry>>? _waiting;
    private bool _known;
    private TreeEntry? _entry;
    private SideEntry _side;

    /// <summary>The Store's hash of the first path.</summary>
    public byte[] Id { get; set; } = [];

    /// <summary>Its length in bytes when its first name was met.</summary>
    public required long Size { get; init; }

    /// <summary>The time of its last write then.</summary>
    public required FileTime Modified { get; init; }

    /// <summary>How many names were met. For the walker alone.</summary>
    public long Met { get; set; }

    /// <summary>Calls back with the first name's entry: at once where it is known, else when it is. Null tells that it could not be read.</summary>
    public void WhenKnown(Action<TreeEntry?, SideEntry> then)
    {
        lock (this)
        {
            if (!_known)
            {
                (_waiting ??= []).Add(then);
                return;
            }
        }

        then(_entry, _side);
    }

    /// <summary>Tells the first name's entry to whoever waits for it.</summary>
    public void Tell(TreeEntry? entry, SideEntry side)
    {
        List<Action<TreeEntry?, SideEntry>>? waiting;
        lock (this)
        {
            _entry = entry;
            _side = side;
            _known = true;
            waiting = _waiting;
            _waiting = null;
        }

        foreach (Action<TreeEntry?, SideEntry> then in waiting ?? [])
        {
            then(entry, side);
        }
    }
}
