using System.Runtime.InteropServices;
using VtPS.Engine.IO;

namespace VtPS.Cli.Arguments;

/// <summary>Paths of the live file system as a user writes them on the command line, made absolute bytes.</summary>
internal static partial class LivePath
{
    /// <summary>
    /// The absolute path of a word, without <c>.</c>, <c>..</c>, doubled or closing separators. Symlinks are left as they are,
    /// except before a <c>..</c>, which means the real parent, as it does for the kernel, and before a closing separator.
    /// </summary>
    /// <param name="word">The word; not empty.</param>
    public static byte[] Absolute(string word) => OperatingSystem.IsWindows()
        ? FileSystem.Current.GetBytes(Path.GetFullPath(word))
        : Absolute(ArgumentText.Encode(word), CurrentDirectory());

    /// <summary>As <see cref="Absolute(string)"/>, from bytes and a folder that relative paths are relative to.</summary>
    /// <param name="path">The path; not empty.</param>
    /// <param name="folder">An absolute path.</param>
    public static byte[] Absolute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> folder)
    {
        byte[] full = path.StartsWith("/"u8) ? path.ToArray() : [.. folder, (byte)'/', .. path];
        int parents = EndOfLastParent(full);
        if (parents > 0 && RealPath(full.AsSpan(0, parents)) is { } real)
        {
            full = [.. real, (byte)'/', .. full.AsSpan(parents)];
        }

        byte[] normal = Normalize(full);

        // As for the kernel and for tar: a symlink written with a separator after it means the directory that it leads to.
        return full[^1] == '/' && IsSymbolicLink(normal) && RealPath(full) is { } target ? target : normal;
    }

    /// <summary>The absolute path of a word as text, for folders that take no other.</summary>
    /// <param name="word">The word; not empty.</param>
    /// <exception cref="VtException">InvalidArgument for one with bytes that are not UTF-8; PathNotFound where the current folder is gone.</exception>
    public static string AbsoluteText(string word) => ArgumentText.IsText(word)
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(word, Path.IsPathRooted(word) ? Path.GetPathRoot(word)! : CurrentDirectoryText()))
        : throw new VtException(
            VtErrorId.InvalidArgument,
            $"The path '{ArgumentText.ToInsidePath(word)}' has bytes that are not UTF-8; the root of a tree that is synced needs a path that is text. Reach it through a symlink or another mount.");

    /// <summary>The folder this process is in, as text.</summary>
    /// <exception cref="VtException">PathNotFound where it is not there any more.</exception>
    public static string CurrentDirectoryText()
    {
        try
        {
            return Environment.CurrentDirectory;
        }
        catch (IOException e)
        {
            throw Gone(e);
        }
    }

    /// <summary>The folder this process is in, as bytes.</summary>
    /// <exception cref="VtException">PathNotFound where it is not there any more.</exception>
    public static byte[] CurrentDirectory()
    {
        if (OperatingSystem.IsWindows())
        {
            return FileSystem.Current.GetBytes(Environment.CurrentDirectory);
        }

        byte[] buffer = new byte[1024];
        while (GetCurrentDirectory(buffer, (nuint)buffer.Length) == 0)
        {
            const int RangeError = 34;
            if (Marshal.GetLastPInvokeError() != RangeError || buffer.Length > 1 << 24)
            {
                throw Gone(null);
            }

            buffer = new byte[buffer.Length * 4];
        }

        return buffer[..Array.IndexOf(buffer, (byte)0)];
    }

    private static VtException Gone(Exception? cause) =>
        new(VtErrorId.PathNotFound, "The folder that vt was started in is not there any more. Go to another one.", null, cause);

    /// <summary>Drops empty names, <c>.</c>, and each <c>..</c> with the name before it.</summary>
    private static byte[] Normalize(ReadOnlySpan<byte> path)
    {
        List<Range> names = [];
        foreach (Range range in path.Split((byte)'/'))
        {
            ReadOnlySpan<byte> name = path[range];
            if (name.SequenceEqual(".."u8))
            {
                if (names.Count > 0)
                {
                    names.RemoveAt(names.Count - 1);
                }
            }
            else if (!name.IsEmpty && !name.SequenceEqual("."u8))
            {
                names.Add(range);
            }
        }

        if (names.Count == 0)
        {
            return "/"u8.ToArray();
        }

        using MemoryStream result = new(path.Length);
        foreach (Range range in names)
        {
            result.WriteByte((byte)'/');
            result.Write(path[range]);
        }

        return result.ToArray();
    }

    /// <summary>Where the last name <c>..</c> of an absolute path ends; 0 where there is none.</summary>
    private static int EndOfLastParent(ReadOnlySpan<byte> path)
    {
        int end = 0;
        int start = 0;
        for (int i = 0; i <= path.Length; i++)
        {
            if (i == path.Length || path[i] == '/')
            {
                if (path[start..i].SequenceEqual(".."u8))
                {
                    end = i;
                }

                start = i + 1;
            }
        }

        return end;
    }

    private static bool IsSymbolicLink(ReadOnlySpan<byte> path)
    {
        byte[] ended = [.. path, 0];
        byte[] target = new byte[1];
        return ReadLink(ended, target, (nuint)target.Length) > 0;
    }

    private static unsafe byte[]? RealPath(ReadOnlySpan<byte> path)
    {
        byte[] ended = [.. path, 0];
        byte* resolved = RealPath(ended, null);
        if (resolved is null)
        {
            return null;
        }

        byte[] result = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(resolved).ToArray();
        NativeMemory.Free(resolved);
        return result;
    }

    [LibraryImport("libc", EntryPoint = "getcwd", SetLastError = true)]
    private static partial nint GetCurrentDirectory([Out] byte[] buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true)]
    private static partial nint ReadLink(byte[] path, [Out] byte[] target, nuint size);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true)]
    private static unsafe partial byte* RealPath(byte[] path, byte* resolved);
}
