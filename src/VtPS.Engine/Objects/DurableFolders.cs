using System.Collections.Concurrent;

namespace VtPS.Engine.Objects;

/// <summary>
/// The folders of a Store as places where names are made durable. A power cut keeps a name only if its folder was flushed, and the folder
/// only if its own parent was. Never makes the Store's root: a disk that is not mounted must not become a new Store. Safe for use by many threads.
/// </summary>
internal sealed class DurableFolders(string root)
{
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <summary>
    /// Makes sure that a folder below the root is there and will be after a power cut. Done once for each folder, even one that was there:
    /// whoever made it may have died before flushing its parent.
    /// </summary>
    /// <param name="folder">Its path relative to the root, with <c>/</c> between parts; empty for the root.</param>
    /// <param name="again">Look again even if it was there before: it has gone missing.</param>
    public void Ensure(string folder, bool again = false)
    {
        if (folder.Length == 0 || (_known.ContainsKey(folder) && !again))
        {
            return;
        }

        int slash = folder.LastIndexOf('/');
        string parent = slash < 0 ? string.Empty : folder[..slash];
        Ensure(parent, again);
        Make(FullPath(folder));
        Flush(parent);
        _known[folder] = true;
    }

    /// <summary>Makes the names of a folder durable; does nothing where the platform cannot (Windows).</summary>
    /// <param name="folder">See <see cref="Ensure"/>.</param>
    public void Flush(string folder) => FlushNames(FullPath(folder));

    /// <summary>The full path of a name or folder relative to the root.</summary>
    public string FullPath(string name) => name.Length == 0 ? root
        : Path.Join(root, Path.DirectorySeparatorChar == '/' ? name : name.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Makes a folder anywhere, with the parents that are missing, open to this user alone and durable.</summary>
    /// <param name="path">An absolute path.</param>
    public static void Create(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        string? parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path));
        if (parent is not null)
        {
            Create(parent);
        }

        Make(path);
        if (!Directory.Exists(path))
        {
            throw new IOException($"'{path}' is there, but is no folder.");
        }

        if (parent is not null)
        {
            FlushNames(parent);
        }
    }

    /// <summary>Makes the names of a folder anywhere durable; does nothing where the platform cannot (Windows).</summary>
    /// <param name="path">An absolute path.</param>
    public static void FlushNames(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int error = NativeFolder.FlushFolder(path);
        if (error != 0)
        {
            throw StorageErrors.FromNumber(error);
        }
    }

    private static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            string? parent = Path.GetDirectoryName(path);
            if (parent is not null && !Directory.Exists(parent))
            {
                throw new DirectoryNotFoundException($"There is no folder '{parent}'.");
            }

            Directory.CreateDirectory(path);
            return;
        }

        int error = NativeFolder.MakeFolder(path);
        if (error is not (0 or NativeFolder.Exists))
        {
            throw StorageErrors.FromNumber(error);
        }
    }
}
