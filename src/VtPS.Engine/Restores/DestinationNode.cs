using VtPS.Engine.IO;
using VtPS.Engine.Listing;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>
/// A directory of the destination. It gets its metadata when nothing is left to be done in it or below it; until then it can be entered
/// and written by the restore alone. Changed by <see cref="DestinationTree"/>.
/// </summary>
internal sealed class DestinationNode
{
    private int _pending = 1;

    /// <summary>Makes a node for a directory that is not looked at yet.</summary>
    /// <param name="parent">The directory that it is in.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="entry">What is recorded of it; null for a directory that is made only because something is put below it.</param>
    /// <param name="source">Where it is inside the backup.</param>
    /// <param name="isOwn">Whether the directory itself is restored, and not only something below it.</param>
    public DestinationNode(DestinationNode parent, byte[] name, TreeEntry? entry, TreePath source, bool isOwn)
    {
        Parent = parent;
        Name = name;
        Entry = entry;
        Source = source;
        IsOwn = isOwn;
        Interlocked.Increment(ref parent._pending);
    }

    /// <summary>Makes a node for a directory that is open already and that the restore leaves as it is.</summary>
    public DestinationNode(PooledDirectory root)
    {
        Name = [];
        Source = TreePath.Top;
        Directory = root;
        State = NodeState.Ready;
        MayGiveAcl = true;
    }

    /// <summary>What is known of the directory in the file system.</summary>
    internal enum NodeState
    {
        /// <summary>Not looked at yet.</summary>
        Unknown,

        /// <summary>It is there and can be written.</summary>
        Ready,

        /// <summary>It could not be made; that was reported.</summary>
        Failed,
    }

    public DestinationNode? Parent { get; }

    public byte[] Name { get; }

    /// <summary>What is recorded of the directory. (Set late only where names are changed on the way.)</summary>
    public TreeEntry? Entry { get; set; }

    /// <summary>Where it is inside the backup.</summary>
    public TreePath Source { get; set; }

    public bool IsOwn { get; set; }

    public NodeState State { get; set; }

    /// <summary>Null until the node is ready.</summary>
    public PooledDirectory? Directory { get; set; }

    /// <summary>Whether this restore made it: nothing can be in it that this restore did not put there.</summary>
    public bool IsNew { get; set; }

    /// <summary>The mode that a directory had which was there already, where it had to be changed so that it can be written.</summary>
    public int? ModeBefore { get; set; }

    /// <summary>Whether what is made in it gets an ACL from it; looked at once, when the first thing is made.</summary>
    public bool HasDefaultAcl { get; set; }

    /// <summary>Whether it can have a default ACL at all.</summary>
    public bool MayGiveAcl { get; set; }

    /// <summary>The owner that new files in it get; null until the first is made.</summary>
    public NewOwner? NewOwner { get; set; }

    /// <summary>The directory's place in the destination, for the look whether several come together in it; 0 where nobody looks.</summary>
    public UInt128 Key { get; set; }

    /// <summary>Ends one of the things that were pending.</summary>
    /// <returns>Whether it was the last.</returns>
    public bool EndOne() => Interlocked.Decrement(ref _pending) == 0;
}
