using VtPS.Engine.IO;

namespace VtPS.Pipeline;

/// <summary>Reads a list of paths with a NUL byte after each, as bytes: what no text encoding can spoil.</summary>
internal static class FileListReader
{
    private const int BufferSize = 64 * 1024;

    /// <summary>A longer path, in bytes, means that the list is not separated by NUL bytes.</summary>
    private const int LongestPath = 1024 * 1024;

    /// <summary>The paths of a list, as they are read; a relative one is below the root.</summary>
    /// <param name="listPath">The list's full path.</param>
    /// <param name="root">What relative paths are relative to.</param>
    /// <exception cref="VtException">PathNotFound where there is no such list; SourceReadFailed where it cannot be read.</exception>
    public static IEnumerable<byte[]> Read(string listPath, byte[] root)
    {
        using FileStream list = Open(listPath);
        byte[] buffer = new byte[BufferSize];
        MemoryStream name = new();
        int count;
        while ((count = Read(list, buffer, listPath)) > 0)
        {
            int at = 0;
            while (at < count)
            {
                int end = buffer.AsSpan(at, count - at).IndexOf((byte)0);
                name.Write(buffer, at, end < 0 ? count - at : end);
                if (end < 0)
                {
                    if (name.Length > LongestPath)
                    {
                        throw new VtException(VtErrorId.InvalidArgument, $"The list '{listPath}' has no NUL byte within 1 MiB. A NUL byte must follow each path, as find -print0 writes it.", listPath);
                    }

                    break;
                }

                if (name.Length > 0)
                {
                    yield return Below(root, name.ToArray());
                    name.SetLength(0);
                }

                at += end + 1;
            }
        }

        if (name.Length > 0)
        {
            yield return Below(root, name.ToArray());
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VtException(VtErrorId.PathNotFound, $"There is no list '{path}'. Give a file with a NUL byte after each path, as find -print0 writes it.", path, exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new VtException(VtErrorId.SourceDenied, $"The list '{path}' may not be read. Check its rights.", path, exception);
        }
        catch (IOException exception)
        {
            throw new VtException(VtErrorId.SourceReadFailed, $"The list '{path}' cannot be read: {exception.Message}", path, exception);
        }
    }

    private static int Read(FileStream list, byte[] buffer, string path)
    {
        try
        {
            return list.Read(buffer);
        }
        catch (IOException exception)
        {
            throw new VtException(VtErrorId.SourceReadFailed, $"The list '{path}' cannot be read: {exception.Message}", path, exception);
        }
    }

    private static byte[] Below(byte[] root, byte[] name)
    {
        if (IsRooted(name))
        {
            return name;
        }

        bool slash = root.Length > 0 && root[^1] == '/';
        byte[] path = new byte[root.Length + (slash ? 0 : 1) + name.Length];
        root.CopyTo(path, 0);
        path[path.Length - name.Length - 1] = (byte)'/';
        name.CopyTo(path, path.Length - name.Length);
        return path;
    }

    private static bool IsRooted(byte[] name) => name[0] == '/'
        || (OperatingSystem.IsWindows() && (name[0] == '\\' || (name.Length > 1 && name[1] == ':')));
}
