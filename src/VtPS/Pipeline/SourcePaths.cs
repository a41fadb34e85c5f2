using VtPS.Engine.IO;

namespace VtPS.Pipeline;

/// <summary>Live paths as the engine takes them: bytes, wildcards expanded by the engine's own expander, each known to be there.</summary>
/// <param name="paths">Reads what the user wrote.</param>
/// <param name="report">Told of each folder that a wildcard could not look into.</param>
internal sealed class SourcePaths(LivePaths paths, Action<VtException> report)
{
    private readonly LivePathExpander _expander = new(FileSystem.Current);

    /// <summary>What a path with wildcards names.</summary>
    /// <exception cref="VtException">PathNotFound where it names nothing; SourceDenied where that cannot be seen; PathNotFileSystem.</exception>
    public IReadOnlyList<byte[]> Expand(string path)
    {
        string full = paths.Resolve(path);
        List<FileSystemException> failures = [];
        List<byte[]> found = _expander.Expand(full, FileSystem.Current.GetBytes(paths.Location), failures.Add);
        if (found.Count == 0)
        {
            throw failures.Count == 0 ? NotFound(full, path) : Unseen(failures[0], path);
        }

        foreach (FileSystemException failure in failures)
        {
            report(Unseen(failure, path));
        }

        return found;
    }

    /// <summary>The one thing that a literal path names; a symbolic link is itself.</summary>
    /// <exception cref="VtException">PathNotFound, SourceDenied, PathNotFileSystem.</exception>
    public byte[] Literal(string path)
    {
        string full = paths.Resolve(path);
        byte[] bytes = LivePathExpander.ToAbsolute(FileSystem.Current.GetBytes(full), []);
        int slash = bytes.AsSpan().LastIndexOf((byte)'/');
        byte[] name = bytes[(slash + 1)..];
        try
        {
            // A root has no name of its own.
            using DirectoryHandle parent = FileSystem.Current.OpenDirectory(name.Length == 0 ? bytes : bytes[..(slash + 1)], searchOnly: true);
            return name.Length == 0 || parent.TryGetStatus(name) is not null ? bytes : throw NotFound(full, path);
        }
        catch (FileSystemException exception)
        {
            throw exception.Reason is FileSystemReason.NotFound or FileSystemReason.NotADirectory ? NotFound(full, path) : Unseen(exception, path);
        }
    }

    private static VtException NotFound(string full, string path) => new(
        VtErrorId.PathNotFound, $"There is no '{full}'. Check the path; a disk may not be mounted.", path);

    private static VtException Unseen(FileSystemException failure, string path) => new(
        failure.Reason == FileSystemReason.Denied ? VtErrorId.SourceDenied : VtErrorId.SourceReadFailed,
        $"'{path}' could not be looked for: {failure.Message}",
        path,
        failure);
}
