namespace VtPS;

/// <summary>One entry of a backup's tree.</summary>
public sealed class VtItem
{
    /// <summary>The path or URI of the Store.</summary>
    public required string Store { get; init; }

    /// <summary>The id of the backup.</summary>
    public required string BackupId { get; init; }

    /// <summary>When that backup began, in local time.</summary>
    public DateTime BackupTime { get; init; }

    /// <summary>The path inside the backup: names with <c>/</c> between, no leading <c>/</c>; bytes that are not UTF-8 as <c>\xNN</c>, a backslash as <c>\\</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The last name of the path, in the same text form.</summary>
    public required string Name { get; init; }

    /// <summary>What the entry is.</summary>
    public VtItemType ItemType { get; init; }

    /// <summary>The size in bytes; 0 for anything but a file.</summary>
    public long Length { get; init; }

    /// <summary>The time of the last write, in local time, to 100 nanoseconds.</summary>
    public DateTime LastWriteTime { get; init; }

    /// <summary>The time of the last write in nanoseconds since 1970-01-01 00:00 UTC; Int64.MinValue or MaxValue beyond what it can hold.</summary>
    public long LastWriteNanosecond { get; init; }

    /// <summary>Type and permissions as <c>ls -l</c> writes them, such as <c>-rwxr-xr-x</c>.</summary>
    public required string UnixMode { get; init; }

    /// <summary>The owner's number.</summary>
    public long UserId { get; init; }

    /// <summary>The group's number.</summary>
    public long GroupId { get; init; }

    /// <summary>The owner's name; null where the number had none.</summary>
    public string? User { get; init; }

    /// <summary>The group's name; null where the number had none.</summary>
    public string? Group { get; init; }

    /// <summary>A symbolic link's target in the escaped text form; null for anything else.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Hexadecimal digits that all names of one hard-linked file share; null where it has one name.</summary>
    public string? LinkGroup { get; init; }

    /// <summary>A device's major number.</summary>
    public long DeviceMajor { get; init; }

    /// <summary>A device's minor number.</summary>
    public long DeviceMinor { get; init; }

    /// <summary>The names of the extended attributes, ACLs and capabilities among them, in the escaped text form.</summary>
    public string[] ExtendedAttribute { get; init; } = [];

    /// <summary>Whether a restore makes holes again.</summary>
    public bool IsSparse { get; init; }

    /// <summary>Whether the file changed while it was read.</summary>
    public bool ChangedWhileRead { get; init; }

    /// <summary>The content's block reference in its text form; null where there is no content.</summary>
    public string? Reference { get; init; }

    internal VtStore? Origin { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
