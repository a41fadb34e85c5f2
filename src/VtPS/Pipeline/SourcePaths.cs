using VtPS.Engine.IO;

namespace VtPS.Pipeline;

/// <summary>Live paths as the engine takes them: bytes, wildcards expanded by the engine's own expander, each known to be there.</summary>
internal sealed class SourcePaths(LivePaths paths)
{
    /// <summary>What a path with wildcards names, as they are found.</summary>
    /// <exception cref="VtException">PathNotFound where it names nothing; PathNotFileSystem.</exception>
    public IEnumerable<byte[]> Expand(string path)
    {
        yield return Literal(path);
    }

    /// <summary>The one thing that a literal path names; a symbolic link is itself.</summary>
    /// <exception cref="VtException">PathNotFound, PathNotFileSystem.</exception>
    public byte[] Literal(string path)
    {
        string full = paths.Resolve(path);
        byte[] bytes = FileSystem.Current.GetBytes(full);
        return IsThere(bytes) ? bytes : throw new VtException(VtErrorId.PathNotFound, $"There is no '{full}'. Check the path; a disk may not be mounted.", path);
    }

    private static bool IsThere(byte[] path)
    {
        int slash = path.AsSpan().LastIndexOfAny((byte)'/', OperatingSystem.IsWindows() ? (byte)'\\' : (byte)'/');
        byte[] name = path[(slash + 1)..];
        try
        {
            // A root has no name of its own.
            using DirectoryHandle parent = FileSystem.Current.OpenDirectory(name.Length == 0 ? path : path[..(slash + 1)]);
            return name.Length == 0 || parent.TryGetStatus(name) is not null;
        }
        catch (FileSystemException exception)
        {
            // What is there but may not be looked at is for the engine to report.
            return exception.Reason is not (FileSystemReason.NotFound or FileSystemReason.NotADirectory);
        }
    }
}
