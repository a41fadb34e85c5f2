using System.Management.Automation;
using VtPS.Engine.Stores;

namespace VtPS.Pipeline;

/// <summary>
/// Reads live paths as a PowerShell user writes them: relative to PowerShell's location, with <c>~</c>, with a drive or a provider in front.
/// Unlike PowerShell's own reading it leaves wildcards and backslashes (on Unix a byte of a name like any other) as they are.
/// </summary>
internal sealed class LivePaths(SessionState session)
{
    private const string ProviderSeparator = "::";
    private const string FileSystemProvider = "FileSystem";

    /// <summary>PowerShell's location in the file system, which relative paths are relative to.</summary>
    public string Location => session.Path.CurrentFileSystemLocation.ProviderPath;

    /// <summary>Whether a user's word for a Store is a URI or a command, and no path.</summary>
    public static bool IsRemote(string text) => new StoreAddress(text).IsRemote;

    /// <summary>The absolute path that a user's word means. Wildcards stay.</summary>
    /// <exception cref="VtException">PathNotFileSystem for a path of another provider; PathNotFound for a drive that is not there; InvalidArgument for an empty one.</exception>
    public string Resolve(string path)
    {
        if (string.IsNullOrEmpty(path))
        {
            throw new VtException(VtErrorId.InvalidArgument, "A path is empty. Give the path of a file or a directory.", path);
        }

        int provider = path.IndexOf(ProviderSeparator, StringComparison.Ordinal);
        if (provider > 0 && path.IndexOfAny(['/', '*', '?', '['], 0, provider) < 0)
        {
            return OfProvider(path, provider);
        }

        int colon = path.IndexOf(':');
        if (colon > 0 && path.IndexOfAny(['/', '\\', '*', '?', '['], 0, colon) < 0
            && session.Drive.GetAll().Any(drive => drive.Name.Equals(path[..colon], StringComparison.OrdinalIgnoreCase)))
        {
            return OfDrive(path, colon);
        }

        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal) || (OperatingSystem.IsWindows() && path.StartsWith("~\\", StringComparison.Ordinal)))
        {
            path = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..];
        }

        return Full(path);
    }

    /// <summary>Whether a user's word begins with a provider or a drive of PowerShell, which only PowerShell can read.</summary>
    public bool IsQualified(string path)
    {
        int colon = path.IndexOf(':');
        return colon > 0 && path.IndexOfAny(['/', '*', '?', '['], 0, colon) < 0
            && (string.CompareOrdinal(path, colon, ProviderSeparator, 0, 2) == 0
                || session.Drive.GetAll().Any(drive => drive.Name.Equals(path[..colon], StringComparison.OrdinalIgnoreCase)));
    }

    private string OfProvider(string path, int separator)
    {
        string name = path[..separator];
        name = name[(name.LastIndexOf('\\') + 1)..];
        return name.Equals(FileSystemProvider, StringComparison.OrdinalIgnoreCase)
            ? Full(path[(separator + ProviderSeparator.Length)..])
            : throw NotFileSystem(path, name);
    }

    private string OfDrive(string path, int colon)
    {
        PSDriveInfo drive = session.Drive.GetAll().First(drive => drive.Name.Equals(path[..colon], StringComparison.OrdinalIgnoreCase));
        if (!drive.Provider.Name.Equals(FileSystemProvider, StringComparison.OrdinalIgnoreCase))
        {
            throw NotFileSystem(path, drive.Provider.Name);
        }

        string below = path[(colon + 1)..];
        bool rooted = below.StartsWith('/') || below.StartsWith('\\');
        return rooted || drive.CurrentLocation.Length == 0
            ? Full(Path.Join(drive.Root, below.TrimStart('/', '\\')))
            : Full(Path.Join(drive.Root, drive.CurrentLocation, below));
    }

    private string Full(string path)
    {
        string full = Path.GetFullPath(path, Location);
        return Path.TrimEndingDirectorySeparator(full);
    }

    private static VtException NotFileSystem(string path, string provider) => new(
        VtErrorId.PathNotFileSystem,
        $"'{path}' is of PowerShell's provider {provider}, not of the file system. Give the path of a file or a directory.",
        path);
}
