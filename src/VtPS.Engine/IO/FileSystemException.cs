namespace VtPS.Engine.IO;

/// <summary>A failure of the live file system.</summary>
internal sealed class FileSystemException(FileSystemReason reason, int errorNumber, string message, Exception? inner = null)
    : IOException(message, inner)
{
    /// <summary>What a caller may act on.</summary>
    public FileSystemReason Reason { get; } = reason;

    /// <summary>The platform's own number (errno or a Windows error code).</summary>
    public int ErrorNumber { get; } = errorNumber;
}
