namespace VtPS.Engine.IO;

/// <summary>A directory of a live tree, known by its place below a root; its handle is open while somebody uses it, and as long after as the <see cref="DirectoryPool"/> has room.</summary>
internal sealed class PooledDirectory
{
    internal PooledDirectory(PooledDirectory? parent, byte[] name)
    {
        Parent = parent;
        Name = name;
    }

    /// <summary>The directory that this one is in; null for a root.</summary>
    public PooledDirectory? Parent { get; }

    /// <summary>Its name there; empty for a root.</summary>
    public byte[] Name { get; }

    // The rest belongs to the pool and is touched under its lock.
    internal DirectoryHandle? Handle { get; set; }

    internal int Users { get; set; }

    internal LinkedListNode<PooledDirectory>? Idle { get; set; }

    /// <summary>Which directory it was when its handle was closed: one that is opened again must be the same.</summary>
    internal (ulong Device, ulong Inode)? Identity { get; set; }
}
