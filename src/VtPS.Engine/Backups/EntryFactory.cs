using System.Runtime.InteropServices;
using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Backups;

/// <summary>From what a live file system tells to what a Store keeps.</summary>
internal static partial class EntryFactory
{
    /// <summary>How much older than its opening an entry's change must be to be believed: a write in the same tick of a coarse clock would not show.</summary>
    private const int RacySeconds = 2;

    /// <summary>The number of the user who runs this; 0 on Windows.</summary>
    public static uint CurrentUserId { get; } = OperatingSystem.IsWindows() ? 0 : GetEffectiveUserId();

    /// <summary>The number of that user's group; 0 on Windows.</summary>
    public static uint CurrentGroupId { get; } = OperatingSystem.IsWindows() ? 0 : GetEffectiveGroupId();

    public static TreeEntry Create(
        byte[] name, in FileStatus status, TreeEntry? known, ExtendedAttribute[] attributes, byte[]? linkTarget, VtBlockReference? content, bool sparse, bool changed, byte[]? linkGroup)
    {
        FileSystem fileSystem = FileSystem.Current;

        // A failed look-up, of a network directory that is away for a moment, keeps what the base knew.
        string? user = fileSystem.GetUserName(status.UserId) ?? (known?.UserId == status.UserId ? known.UserName : null);
        string? group = fileSystem.GetGroupName(status.GroupId) ?? (known?.GroupId == status.GroupId ? known.GroupName : null);
        bool device = status.Type is VtItemType.CharacterDevice or VtItemType.BlockDevice;
        return new TreeEntry
        {
            Name = name,
            Type = status.Type,
            Mode = status.Mode,
            UserId = status.UserId,
            GroupId = status.GroupId,
            UserName = user,
            GroupName = group,
            Modified = status.Modified,
            Size = status.Type == VtItemType.File ? content!.Length : 0,
            Content = content,
            LinkTarget = linkTarget,
            DeviceMajor = device ? status.DeviceMajor : 0,
            DeviceMinor = device ? status.DeviceMinor : 0,
            LinkGroup = linkGroup,
            ExtendedAttributes = attributes,
            Sparse = sparse,
            ChangedWhileRead = changed,
            WindowsAttributes = status.WindowsAttributes,
        };
    }

    /// <summary>The same entry, as an unfinished directory, with what there is of its content.</summary>
    public static TreeEntry WithContent(TreeEntry entry, VtBlockReference content) => new()
    {
        Name = entry.Name,
        Type = entry.Type,
        Mode = entry.Mode,
        UserId = entry.UserId,
        GroupId = entry.GroupId,
        UserName = entry.UserName,
        GroupName = entry.GroupName,
        Modified = entry.Modified,
        Content = content,
        ExtendedAttributes = entry.ExtendedAttributes,
        WindowsAttributes = entry.WindowsAttributes,
    };

    /// <summary>The same file under another name.</summary>
    public static TreeEntry WithName(TreeEntry entry, byte[] name) => new()
    {
        Name = name,
        Type = entry.Type,
        Mode = entry.Mode,
        UserId = entry.UserId,
        GroupId = entry.GroupId,
        UserName = entry.UserName,
        GroupName = entry.GroupName,
        Modified = entry.Modified,
        Size = entry.Size,
        Content = entry.Content,
        LinkGroup = entry.LinkGroup,
        ExtendedAttributes = entry.ExtendedAttributes,
        Sparse = entry.Sparse,
        ChangedWhileRead = entry.ChangedWhileRead,
        WindowsAttributes = entry.WindowsAttributes,
    };

    /// <summary>The side-car entry of something opened at a time.</summary>
    public static SideEntry Side(in FileStatus status, FileTime opened, bool changed)
    {
        FileTime changedAt = status.Changed ?? status.Modified;
        bool trusted = !changed && changedAt.CompareTo(new FileTime(opened.Seconds - RacySeconds, opened.Nanoseconds)) <= 0;
        return new SideEntry(trusted, status.Changed, status.Inode, null);
    }

    /// <summary>Whether the base's extended attributes and link target are still good.</summary>
    public static bool IsSameInode(in FileStatus status, SideEntry? side) =>
        side is { Trusted: true, Changed: { } changed } known && changed == status.Changed && known.Inode == status.Inode;

    /// <summary>The change test for a file against a base's entry.</summary>
    public static bool IsUnchanged(ChangeTest test, in FileStatus status, TreeEntry known, SideEntry? side) =>
        test != ChangeTest.Content
        && known.Type == VtItemType.File
        && !known.ChangedWhileRead
        && known.Size == status.Size
        && known.Modified == status.Modified
        && side is { Trusted: true } trusted
        && (test == ChangeTest.SizeTime || trusted.Changed == status.Changed);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint GetEffectiveGroupId();
}
