using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.Objects;

/// <summary>Tells whether the file that has a name already is the one that was to get it.</summary>
internal static class FileComparison
{
    private const int BufferLength = 1 << 17;

    /// <summary>Compares, and makes what is there durable: whoever put it may have died before that.</summary>
    /// <param name="ours">The file that was to get the name.</param>
    /// <param name="theirs">The path of the file that has it.</param>
    /// <param name="length">The length of ours, in bytes.</param>
    /// <param name="name">The name, for the message.</param>
    /// <param name="location">The Store, for the message.</param>
    /// <exception cref="ObjectExistsException">They differ.</exception>
    public static void RequireSame(SafeFileHandle ours, string theirs, long length, string name, string location)
    {
        using SafeFileHandle other = Open(theirs);
        if (RandomAccess.GetLength(other) != length || !SameBytes(ours, other))
        {
            throw new ObjectExistsException(name, location);
        }

        RandomAccess.FlushToDisk(other);
    }

    private static SafeFileHandle Open(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            // Flushing needs the right to write there.
            return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }

        int error = NativeFolder.OpenToRead(path, out SafeFileHandle? handle);
        return handle ?? throw StorageErrors.FromNumber(error);
    }

    private static bool SameBytes(SafeFileHandle left, SafeFileHandle right)
    {
        byte[] a = ArrayPool<byte>.Shared.Rent(BufferLength);
        byte[] b = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            for (long offset = 0; ;)
            {
                int read = RandomAccess.Read(left, a.AsSpan(0, BufferLength), offset);
                if (read == 0)
                {
                    return RandomAccess.Read(right, b.AsSpan(0, 1), offset) == 0;
                }

                for (int done = 0; done < read;)
                {
                    int more = RandomAccess.Read(right, b.AsSpan(done, read - done), offset + done);
                    if (more == 0)
                    {
                        return false;
                    }

                    done += more;
                }

                if (!a.AsSpan(0, read).SequenceEqual(b.AsSpan(0, read)))
                {
                    return false;
                }

                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(a);
            ArrayPool<byte>.Shared.Return(b);
        }
    }
}
