using System.Runtime.CompilerServices;

namespace VtPS.Cli.Arguments;

/// <summary>Paths from a file or standard input, each ended by a zero byte (the last one's may be missing).</summary>
internal static class FileList
{
    /// <summary>A path may be this long, in bytes; more means that the list is not separated by zero bytes.</summary>
    private const int LongestPath = 1 << 20;

    /// <summary>Opens the list: a file, or standard input for <c>-</c>.</summary>
    /// <exception cref="VtException">PathNotFound, SourceDenied, SourceReadFailed.</exception>
    public static Stream Open(string word)
    {
        if (word == "-")
        {
            return new Hosting.CancellableInput(Console.OpenStandardInput());
        }

        try
        {
            return new FileStream(word, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VtException(VtErrorId.PathNotFound, $"The file list '{word}' is not there. Check its path.", word, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new VtException(VtErrorId.SourceDenied, $"The file list '{word}' may not be read. Check its rights.", word, e);
        }
        catch (IOException e)
        {
            throw new VtException(VtErrorId.SourceReadFailed, $"The file list '{word}' cannot be read: {e.Message}", word, e);
        }
    }

    /// <summary>The paths of the list as absolute bytes; empty ones are passed over.</summary>
    /// <param name="list">The list; read to its end, not closed.</param>
    /// <param name="root">What relative paths are relative to, as an absolute path.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<byte[]> ReadAsync(Stream list, byte[] root, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 16];
        int filled = 0;
        while (true)
        {
            int read = await ReadSomeAsync(list, buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            filled += read;
            int start = 0;
            int end;
            while ((end = Array.IndexOf(buffer, (byte)0, start, filled - start)) >= 0)
            {
                if (end > start)
                {
                    yield return Absolute(buffer.AsSpan(start, end - start), root);
                }

                start = end + 1;
            }

            if (read == 0)
            {
                if (filled > start)
                {
                    yield return Absolute(buffer.AsSpan(start, filled - start), root);
                }

                yield break;
            }

            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            if (filled == buffer.Length)
            {
                if (filled >= LongestPath)
                {
                    throw new VtException(VtErrorId.InvalidArgument, "The file list holds no zero byte within 1 MB; its paths must be separated by zero bytes, as 'find -print0' writes them.");
                }

                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    private static async ValueTask<int> ReadSomeAsync(Stream list, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await list.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new VtException(VtErrorId.SourceReadFailed, "The file list cannot be read: " + e.Message, null, e);
        }
    }

    private static byte[] Absolute(ReadOnlySpan<byte> path, byte[] root) => OperatingSystem.IsWindows()
        ? LivePath.Absolute(Path.Combine(System.Text.Encoding.UTF8.GetString(root), System.Text.Encoding.UTF8.GetString(path)))
        : LivePath.Absolute(path, root);
}
