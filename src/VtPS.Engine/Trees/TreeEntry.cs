using VtPS.Engine.IO;

namespace VtPS.Engine.Trees;

/// <summary>One entry of a directory in a Store, as docs/format.md describes it. Not changed once it is shared.</summary>
internal sealed class TreeEntry
{
    /// <summary>The name's bytes; never empty, <c>.</c>, <c>..</c>, nor with a <c>/</c> or 0 in it (a decoder refuses those as <see cref="VtErrorId.UnsafePath"/>).</summary>
    public required byte[] Name { get; init; }

    public required VtItemType Type { get; init; }

    /// <summary>Permission bits with setuid, setgid and sticky (12 bits).</summary>
    public int Mode { get; init; }

    public uint UserId { get; init; }

    public uint GroupId { get; init; }

    /// <summary>The owner's name where the capture knew one.</summary>
    public string? UserName { get; init; }

    public string? GroupName { get; init; }

    public FileTime Modified { get; init; }

    /// <summary>A file's size in bytes; equal to the content's length.</summary>
    public long Size { get; init; }

    /// <summary>A file's content, or a directory's entries; null for anything else.</summary>
    public VtBlockReference? Content { get; set; }

    /// <summary>A symbolic link's target.</summary>
    public byte[]? LinkTarget { get; init; }

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    /// <summary>For a file with several names: the Store's hash of the group's first path inside the backup (names with <c>/</c> between) in byte-sorted walk order.</summary>
    public byte[]? LinkGroup { get; set; }

    /// <summary>Sorted by name bytes.</summary>
    public ExtendedAttribute[] ExtendedAttributes { get; init; } = [];

    /// <summary>Whether the file had holes: a restore makes holes of its runs of zeros.</summary>
    public bool Sparse { get; init; }

    /// <summary>Whether the file changed while it was read.</summary>
    public bool ChangedWhileRead { get; set; }

    /// <summary>Windows file attributes; 0 where none were captured.</summary>
    public uint WindowsAttributes { get; init; }

    /// <summary>Fields that this version does not know, as they were read: tag and value. They are written again as they are.</summary>
    public (int Tag, byte[] Value)[] UnknownFields { get; init; } = [];
}
