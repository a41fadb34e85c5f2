namespace VtPS.Engine.Backups;

/// <summary>How a run tells that a file did not change.</summary>
internal enum ChangeTest
{
    /// <summary>Size, mtime, and ctime where the file system has one; the default.</summary>
    SizeTimeCtime,

    /// <summary>Size and mtime.</summary>
    SizeTime,

    /// <summary>Nothing but the content: every file is read.</summary>
    Content,
}
