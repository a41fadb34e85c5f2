namespace VtPS.Engine.IO;

/// <summary>
/// The live file system of this platform, by directory handles and names as bytes: no path is ever longer than what one call takes,
/// no name is changed, and a symlink swapped in is never followed. Safe for use by many threads.
/// </summary>
/// <remarks>
/// Failures are <see cref="FileSystemException"/>, whose <see cref="FileSystemException.Reason"/> says what a caller may act on.
/// Names are file names without separators; on Unix any bytes but 0 and <c>/</c>, on Windows WTF-8.
/// </remarks>
internal abstract class FileSystem
{
    /// <summary>The file system of the platform this runs on.</summary>
    public static FileSystem Current { get; } = OperatingSystem.IsWindows() ? new WindowsFileSystem() : new UnixFileSystem();

    /// <summary>
    /// Opens a directory given by a path (absolute, or relative to the process); symlinks on the way to it are followed, and the last name's too
    /// unless <paramref name="followLast"/> is false. A path of any length works: it is opened piece by piece. On Windows both <c>/</c> and
    /// <c>\</c> separate.
    /// </summary>
    /// <param name="path">The directory's path.</param>
    /// <param name="followLast">Whether a symlink in the last place is followed; if not, it is an error as for any other file.</param>
    /// <param name="searchOnly">
    /// Open it only to reach names in it: it need not be readable, but it cannot be listed, and itself be changed, through the handle.
    /// </param>
    public abstract DirectoryHandle OpenDirectory(byte[] path, bool followLast = true, bool searchOnly = false);

    /// <summary>The bytes of a path that .NET or PowerShell wrote as a string.</summary>
    public abstract byte[] GetBytes(string path);

    /// <summary>The name of a user number, or null. Look-ups are remembered for the life of the process.</summary>
    public abstract string? GetUserName(uint id);

    /// <summary>The name of a group number, or null.</summary>
    public abstract string? GetGroupName(uint id);

    /// <summary>The number of a user name on this machine, or null.</summary>
    public abstract uint? GetUserId(string name);

    /// <summary>The number of a group name on this machine, or null.</summary>
    public abstract uint? GetGroupId(string name);

    /// <summary>The name of this boot of this machine: equal for all processes until it restarts; null where it cannot be had.</summary>
    public abstract string? BootId { get; }
}
