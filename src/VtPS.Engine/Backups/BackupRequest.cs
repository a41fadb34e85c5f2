namespace VtPS.Engine.Backups;

/// <summary>What is to be backed up, and how.</summary>
internal sealed record BackupRequest
{
    /// <summary>Absolute live paths as bytes, wildcards already expanded; null when <see cref="Input"/> is given.</summary>
    public IAsyncEnumerable<byte[]>? Paths { get; init; }

    /// <summary>
    /// Whether the paths come from a list made earlier: one that is not there any more is then an error of its own (SourceVanished) and the run goes on,
    /// as long as one is there. Else a path that is not there ends the run (PathNotFound), and nothing is backed up.
    /// </summary>
    public bool SkipMissing { get; init; }

    /// <summary>With it every path lies below this folder and is stored at its relative path; without, each path is a top entry named by its last name.</summary>
    public byte[]? Root { get; init; }

    /// <summary>The folder that <see cref="Root"/> stands in for: the backup names it as its source, and a restore in place goes there. Null: the root itself.</summary>
    public byte[]? RecordedRoot { get; init; }

    /// <summary>Bytes to store as one file, named <see cref="InputName"/>.</summary>
    public Stream? Input { get; init; }

    /// <summary>The name of that file: one name without separators.</summary>
    public string? InputName { get; init; }

    /// <summary>Asked once <see cref="Input"/> has ended: false says that whoever wrote it failed, and the backup is Interrupted.</summary>
    public Func<CancellationToken, Task<bool>>? InputSucceeded { get; init; }

    /// <summary>Null: derived from the paths (the root's or the only path's text, or all paths joined).</summary>
    public string? Subset { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public string? Comment { get; init; }

    /// <summary>Null: this machine's name.</summary>
    public string? HostName { get; init; }

    /// <summary>gitignore patterns, as lines, relative to each path's own top.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Files of such patterns.</summary>
    public IReadOnlyList<string> ExcludeFrom { get; init; } = [];

    /// <summary>Leave out the content of directories with a valid CACHEDIR.TAG (the tag itself is kept).</summary>
    public bool ExcludeCaches { get; init; }

    /// <summary>Leave out files larger than this many bytes.</summary>
    public long? ExcludeLargerThan { get; init; }

    /// <summary>Do not go into directories on another file system than the path's own top.</summary>
    public bool OneFileSystem { get; init; }

    public ChangeTest ChangeTest { get; init; }

    /// <summary>The only bases to compare with, as backup ids; null: the newest, the newest complete and the largest run of host and subset. Empty: none.</summary>
    public IReadOnlyList<string>? BaseIds { get; init; }

    /// <summary>Worker threads; null: one for each processor.</summary>
    public int? ThrottleLimit { get; init; }

    /// <summary>How often an Interrupted checkpoint is sealed.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(5);
}
