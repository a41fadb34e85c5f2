namespace VtPS.Engine.Backups;

/// <summary>What a run counts. Fields are changed by Interlocked from many threads.</summary>
internal sealed class BackupCounters
{
    public long Files;
    public long Directories;
    public long Others;
    public long FilesNew;
    public long FilesChanged;
    public long FilesUnchanged;
    public long ChangedWhileRead;
    public long Denied;
    public long Vanished;
    public long Failed;
    public long Sockets;
    public long Excluded;
    public long NotCaptured;
    public long BytesTotal;
    public long BytesRead;

    /// <summary>Items that are missing from the backup and should not be.</summary>
    public long Errors => Interlocked.Read(ref Denied) + Interlocked.Read(ref Vanished) + Interlocked.Read(ref Failed);
}
