using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>What the file system said of an entry when it was last looked at: the same facts mean that nothing changed since.</summary>
/// <param name="Inode">The inode.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Mode">The permission bits.</param>
/// <param name="Modified">The last write.</param>
/// <param name="Changed">The inode's last change; null where the file system has none.</param>
/// <param name="IsTrusted">Whether the last write was long enough ago for a later one to show in these facts.</param>
internal readonly record struct FileFacts(ulong Inode, long Size, int Mode, FileTime Modified, FileTime? Changed, bool IsTrusted)
{
    /// <summary>Some file systems keep times to two seconds.</summary>
    private const int CoarsestTime = 2;

    /// <summary>The facts of an entry.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="opened">When it was looked at, or opened to be read.</param>
    public static FileFacts Of(in FileStatus status, FileTime opened)
    {
        long age = opened.Seconds - status.Modified.Seconds;
        return new(status.Inode, status.Type == VtItemType.Directory ? 0 : status.Size, status.Mode & 0x1FF, status.Type == VtItemType.Directory ? default : status.Modified, status.Changed, age is > CoarsestTime or < -CoarsestTime);
    }

    /// <summary>Whether nothing shows a change of the content.</summary>
    public bool IsSameContent(in FileStatus status) =>
        IsTrusted && Inode == status.Inode && Size == status.Size && Modified == status.Modified && Changed == status.Changed;

    /// <summary>Whether it is the entry that these facts are of, as it was then, whatever its name is now.</summary>
    public bool IsSameEntry(in FileStatus status) => Inode == status.Inode && (status.Type == VtItemType.Directory || (Size == status.Size && Modified == status.Modified));
}
