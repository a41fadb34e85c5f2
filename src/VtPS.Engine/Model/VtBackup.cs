namespace VtPS;

/// <summary>One backup: who made it, of what, when, and what it took.</summary>
public sealed class VtBackup
{
    /// <summary>The backup's id: 32 hexadecimal digits, drawn at random. Any prefix that is unique in the Store stands for it.</summary>
    public required string Id { get; init; }

    /// <summary>The path or URI of the Store the backup is in.</summary>
    public required string Store { get; init; }

    /// <summary>The id of that Store.</summary>
    public required string StoreId { get; init; }

    /// <summary>The host the backup was made on, or the name given with <c>-HostName</c>.</summary>
    public required string HostName { get; init; }

    /// <summary>The user who made it.</summary>
    public required string UserName { get; init; }

    /// <summary>The name of the group of paths; runs of one host and subset are each other's history.</summary>
    public required string Subset { get; init; }

    /// <summary>The full source paths, in the escaped text form.</summary>
    public required string[] SourcePath { get; init; }

    /// <summary>The tags, sorted.</summary>
    public string[] Tag { get; internal set; } = [];

    /// <summary>The comment; null where there is none.</summary>
    public string? Comment { get; internal set; }

    /// <summary>Whether retention leaves the backup alone.</summary>
    public bool Pinned { get; internal set; }

    /// <summary>How the run ended.</summary>
    public VtBackupStatus Status { get; init; }

    /// <summary>When the run began, in local time.</summary>
    public DateTime StartTime { get; init; }

    /// <summary>When the run ended, in local time.</summary>
    public DateTime EndTime { get; init; }

    /// <summary>How long the run took.</summary>
    public TimeSpan Duration => EndTime - StartTime;

    /// <summary>The root directory's block reference in its text form.</summary>
    public required string Root { get; init; }

    /// <summary>The ids of the earlier backups that the run compared with.</summary>
    public string[] BasedOn { get; init; } = [];

    /// <summary>Files in the backup, hard links counted by name.</summary>
    public long FileCount { get; init; }

    /// <summary>Directories in the backup.</summary>
    public long DirectoryCount { get; init; }

    /// <summary>Symbolic links, pipes and devices in the backup.</summary>
    public long OtherCount { get; init; }

    /// <summary>Files that no base had.</summary>
    public long FilesNew { get; init; }

    /// <summary>Files that differed from their base.</summary>
    public long FilesChanged { get; init; }

    /// <summary>Files that passed the change test and were not read.</summary>
    public long FilesUnchanged { get; init; }

    /// <summary>Files that changed while they were read, and are marked so.</summary>
    public long FilesChangedWhileRead { get; init; }

    /// <summary>Items that could not be read for want of a right.</summary>
    public long ItemsDenied { get; init; }

    /// <summary>Items that went away between listing and reading.</summary>
    public long ItemsVanished { get; init; }

    /// <summary>Items that could not be read for another reason.</summary>
    public long ItemsFailed { get; init; }

    /// <summary>Sockets, which are counted and left.</summary>
    public long SocketsIgnored { get; init; }

    /// <summary>Items that a rule left out (what lies below an excluded directory is not counted).</summary>
    public long ItemsExcluded { get; init; }

    /// <summary>Metadata that the platform has and VtPS does not capture, such as Windows ACLs and streams: a count of items.</summary>
    public long MetadataNotCaptured { get; init; }

    /// <summary>The sum of all file sizes in bytes.</summary>
    public long BytesTotal { get; init; }

    /// <summary>Bytes of file content that were read.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes of content and directories that the Store did not have, before compression.</summary>
    public long BytesNew { get; init; }

    /// <summary>Bytes that the run added to the Store's data files.</summary>
    public long BytesStored { get; init; }

    /// <summary>Blocks that the Store did not have.</summary>
    public long BlocksNew { get; init; }

    /// <summary>Of those, blocks of file content (the others are directories and indirect blocks).</summary>
    public long DataBlocksNew { get; init; }

    /// <summary>Blocks read that the Store had already.</summary>
    public long BlocksKnown { get; init; }

    /// <summary>The version of VtPS that made the backup.</summary>
    public required string ProgramVersion { get; init; }

    /// <summary>The way back to the Store, an unlocked one included; gone once the object is serialised.</summary>
    internal VtStore? Origin { get; init; }

    /// <summary>The root of the side-car, which serves the change test of the next run.</summary>
    internal VtBlockReference? SideCar { get; init; }

    /// <summary>What was left out by rule.</summary>
    internal Engine.Backups.BackupRules Rules { get; init; } = new();

    /// <summary>The live folder that the top of the tree stands for; null where each top entry has a path of its own.</summary>
    internal byte[]? SourceRoot { get; init; }

    /// <summary>The same backup with what an amendment changes.</summary>
    internal VtBackup With(string[] tags, string? comment, bool pinned)
    {
        VtBackup copy = (VtBackup)MemberwiseClone();
        copy.Tag = tags;
        copy.Comment = comment;
        copy.Pinned = pinned;
        return copy;
    }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
