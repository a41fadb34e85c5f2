using System.Runtime.InteropServices;

namespace VtPS.Sqlite;

/// <summary>The client's cache folder.</summary>
internal static class CacheFolder
{
    /// <summary>
    /// <c>$VT_CACHE</c>, else <c>$XDG_CACHE_HOME/vtps</c>, else <c>~/.cache/vtps</c>; on Windows <c>%VT_CACHE%</c>, else <c>%LOCALAPPDATA%\vtps\cache</c>.
    /// Null where none of them is known. Relative values of XDG_CACHE_HOME are passed over, as its specification says.
    /// </summary>
    public static string? Find()
    {
        string? path = Environment.GetEnvironmentVariable("VT_CACHE");
        if (!string.IsNullOrEmpty(path))
        {
            return Path.GetFullPath(path);
        }

        if (OperatingSystem.IsWindows())
        {
            path = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
            return path.Length == 0 ? null : Path.Combine(path, "vtps", "cache");
        }

        path = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!string.IsNullOrEmpty(path) && Path.IsPathRooted(path))
        {
            return Path.Combine(path, "vtps");
        }

        path = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return path.Length == 0 ? null : Path.Combine(path, ".cache", "vtps");
    }

    /// <summary>Makes the folder, for its owner alone, where it is not there yet.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made.</exception>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
            {
                Directory.CreateDirectory(parent);
            }

            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Whether the folder is on this machine, so that locks on its files hold for all who use them.</summary>
    public static bool IsLocal(string path)
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows) && path.StartsWith(@"\\", StringComparison.Ordinal))
        {
            return false;
        }

        return new DriveInfo(path).DriveType != DriveType.Network;
    }
}
