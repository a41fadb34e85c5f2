namespace VtPS.Engine.IO;

/// <summary>Turns what .NET throws into <see cref="FileSystemException"/>.</summary>
internal static class WindowsError
{
    private const int InvalidName = 123;

    /// <summary>Whether it is a failure of the file system, to be translated.</summary>
    public static bool IsFailure(Exception e) =>
        e is (IOException and not FileSystemException) or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    /// <summary>The exception to throw instead.</summary>
    /// <param name="e">What .NET threw.</param>
    /// <param name="action">What could not be done, to read on after "cannot be".</param>
    /// <param name="name">The entry, or null for the open directory or file.</param>
    public static FileSystemException Translate(Exception e, string action, byte[]? name)
    {
        int code = e.HResult & 0xffff;
        FileSystemReason reason = e switch
        {
            FileNotFoundException or DirectoryNotFoundException => FileSystemReason.NotFound,
            UnauthorizedAccessException => FileSystemReason.Denied,
            NotSupportedException => FileSystemReason.NotSupported,
            _ => code switch
            {
                2 or 3 => FileSystemReason.NotFound,
                5 or 19 => FileSystemReason.Denied,
                80 or 183 => FileSystemReason.Exists,
                39 or 112 => FileSystemReason.Full,
                145 => FileSystemReason.NotEmpty,
                267 => FileSystemReason.NotADirectory,
                1 or 50 => FileSystemReason.NotSupported,
                _ => FileSystemReason.Other,
            },
        };
        return new FileSystemException(reason, code, $"{Tell(name)} cannot be {action}: {e.Message}", e);
    }

    /// <summary>A failure that the file system was not even asked about.</summary>
    public static FileSystemException Make(FileSystemReason reason, string action, byte[]? name, string why) =>
        new(reason, 0, $"{Tell(name)} cannot be {action}: {why}.");

    /// <summary>The text of a name; a name that Windows could not hold, or that would lead elsewhere, is refused.</summary>
    public static string GetName(byte[] name)
    {
        string? text = Wtf8.GetString(name);
        return text is null or "" or "." or ".." || text.AsSpan().IndexOfAny("\0/\\:") >= 0
            ? throw new FileSystemException(FileSystemReason.Other, InvalidName, $"'{PathText.Format(name)}' cannot name an entry of a directory on Windows.")
            : text;
    }

    private static string Tell(byte[]? name) => name is null ? "The open file or directory" : $"'{PathText.Format(name)}'";
}
