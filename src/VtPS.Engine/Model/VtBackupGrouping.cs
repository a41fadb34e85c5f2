namespace VtPS;

/// <summary>What retention tells histories of backups apart by: each group is thinned out on its own.</summary>
public enum VtBackupGrouping
{
    /// <summary>The machine's name.</summary>
    HostName,

    /// <summary>The subset.</summary>
    Subset,

    /// <summary>The source paths, all of them.</summary>
    SourcePath,

    /// <summary>The tags, all of them.</summary>
    Tag,

    /// <summary>Nothing: all backups are one group. Stands alone.</summary>
    None,
}
