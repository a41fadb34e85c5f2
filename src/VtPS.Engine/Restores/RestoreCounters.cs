namespace VtPS.Engine.Restores;

/// <summary>What a restore has done so far. Fields are changed by interlocked operations only.</summary>
internal sealed class RestoreCounters
{
    public long FilesRestored;
    public long FilesEqual;
    public long Directories;
    public long Others;
    public long Deleted;
    public long BytesWritten;
    public long FilesVerified;
    public long Errors;

    /// <summary>Items finished in whatever way, and the bytes of content that they have: what progress counts.</summary>
    public long ItemsDone;
    public long BytesDone;
}
