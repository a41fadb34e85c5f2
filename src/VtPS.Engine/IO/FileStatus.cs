namespace VtPS.Engine.IO;

/// <summary>What one stat call tells of an entry of a live file system, the entry itself and not what a link points to.</summary>
internal readonly record struct FileStatus
{
    public VtItemType Type { get; init; }

    /// <summary>Permission bits with setuid, setgid and sticky: the low 12 bits of st_mode.</summary>
    public int Mode { get; init; }

    public uint UserId { get; init; }

    public uint GroupId { get; init; }

    public long Size { get; init; }

    /// <summary>Bytes that the file takes on its medium (st_blocks × 512); less than <see cref="Size"/> tells of holes.</summary>
    public long Allocated { get; init; }

    /// <summary>The last write.</summary>
    public FileTime Modified { get; init; }

    /// <summary>The last change of the inode; null where the file system has none.</summary>
    public FileTime? Changed { get; init; }

    public ulong Inode { get; init; }

    /// <summary>The file system's device number; with <see cref="Inode"/> it tells whether two names are one file.</summary>
    public ulong Device { get; init; }

    public long LinkCount { get; init; }

    /// <summary>A device's own numbers.</summary>
    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    /// <summary>Windows file attributes (FILE_ATTRIBUTE_*); 0 on Unix.</summary>
    public uint WindowsAttributes { get; init; }
}
