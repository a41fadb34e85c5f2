namespace VtPS.Engine.IO;

/// <summary>
/// Turns what a user wrote for live files into absolute paths as bytes: wildcards are expanded against the live tree, names that begin with
/// a dot and names that are not UTF-8 included. Holds no state; safe for use by many threads.
/// </summary>
/// <remarks>
/// Absolute paths separate names with <c>/</c>, on Windows too, and hold no <c>.</c>, <c>..</c> or doubled separator; these are taken away
/// by the letters of the path, so that <c>link/..</c> is where the link stands. Only the last name is never followed if it is a symlink.
/// </remarks>
internal sealed class LivePathExpander(FileSystem fileSystem)
{
    // On Windows a backslash separates names, so the escapes of the text form cannot be told from paths there.
    private static readonly bool BackslashSeparates = OperatingSystem.IsWindows();

    /// <summary>
    /// All entries of the live tree that a pattern names, in byte order at each level; empty if there is none. What exists under exactly the
    /// given letters is always among them, so that a file called <c>a[1].txt</c> is found by its name.
    /// </summary>
    /// <param name="pattern">A path whose names may be patterns as <see cref="NamePattern"/> describes; absolute or not.</param>
    /// <param name="currentDirectory">The absolute directory that a relative pattern begins in.</param>
    /// <param name="onError">
    /// Told of each directory on the way that could not be looked into; the others are still expanded. Null: the first failure is thrown.
    /// </param>
    /// <exception cref="FileSystemException">A directory could not be looked into.</exception>
    public List<byte[]> Expand(string pattern, byte[] currentDirectory, Action<FileSystemException>? onError = null)
    {
        List<byte[]> found = [];
        byte[] asWritten = ToAbsolute(fileSystem.GetBytes(pattern), currentDirectory);
        if (Exists(asWritten, onError))
        {
            found.Add(asWritten);
        }

        (byte[] root, List<NamePattern> names) = Parse(pattern, currentDirectory);
        List<byte[]> matches = [root];
        for (int i = 0; i < names.Count && matches.Count > 0; i++)
        {
            matches = Step(matches, names[i], i == names.Count - 1, onError);
        }

        foreach (byte[] match in matches)
        {
            if (!match.AsSpan().SequenceEqual(asWritten))
            {
                found.Add(match);
            }
        }

        return found;
    }

    /// <summary>The absolute form of a path.</summary>
    /// <param name="path">The path, absolute or not.</param>
    /// <param name="currentDirectory">The absolute directory that a relative path begins in.</param>
    public static byte[] ToAbsolute(byte[] path, byte[] currentDirectory)
    {
        ReadOnlySpan<byte> rest = WithSlashes(path);
        List<byte[]> names = [];
        int root = GetRootLength(rest);
        byte[] start = rest[..root].ToArray();
        if (root == 0)
        {
            ReadOnlySpan<byte> current = WithSlashes(currentDirectory);
            root = GetRootLength(current);
            start = current[..root].ToArray();
            AddNames(names, current[root..]);
            root = 0;
        }

        AddNames(names, rest[root..]);
        return Join(start, names);
    }

    private List<byte[]> Step(List<byte[]> directories, NamePattern pattern, bool isLast, Action<FileSystemException>? onError)
    {
        List<byte[]> found = [];
        byte[]? literal = pattern.Literal;
        foreach (byte[] directory in directories)
        {
            if (literal is not null)
            {
                byte[] path = Join(directory, [literal]);
                if (!isLast || Exists(path, onError))
                {
                    found.Add(path);
                }
            }
            else
            {
                AddMatches(directory, pattern, onError, found);
            }
        }

        return found;
    }

    private void AddMatches(byte[] directory, NamePattern pattern, Action<FileSystemException>? onError, List<byte[]> found)
    {
        List<byte[]> matches = [];
        try
        {
            using DirectoryHandle handle = fileSystem.OpenDirectory(directory);
            foreach (DirectoryEntryName entry in handle.List())
            {
                if (pattern.IsMatch(entry.Name))
                {
                    matches.Add(entry.Name);
                }
            }
        }
        catch (FileSystemException e) when (IsAbsence(e) || onError is not null)
        {
            if (!IsAbsence(e))
            {
                onError!(e);
            }

            return;
        }

        matches.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        foreach (byte[] name in matches)
        {
            found.Add(Join(directory, [name]));
        }
    }

    private bool Exists(byte[] path, Action<FileSystemException>? onError)
    {
        if (path.AsSpan().Contains((byte)0))
        {
            return false;
        }

        int root = GetRootLength(path);
        int slash = path.AsSpan().LastIndexOf((byte)'/');
        try
        {
            if (path.Length <= root)
            {
                fileSystem.OpenDirectory(path, searchOnly: true).Dispose();
                return true;
            }

            using DirectoryHandle parent = fileSystem.OpenDirectory(path[..Math.Max(slash, root)], searchOnly: true);
            return parent.TryGetStatus(path[(slash + 1)..]) is not null;
        }
        catch (FileSystemException e) when (IsAbsence(e) || onError is not null)
        {
            if (!IsAbsence(e))
            {
                onError!(e);
            }

            return false;
        }
    }

    private static bool IsAbsence(FileSystemException e) => e.Reason is FileSystemReason.NotFound or FileSystemReason.NotADirectory;

    private (byte[] Root, List<NamePattern> Names) Parse(string pattern, byte[] currentDirectory)
    {
        string text = BackslashSeparates ? pattern.Replace('\\', '/') : pattern;
        int root = GetRootLength(fileSystem.GetBytes(text));
        byte[] start = root == 0 ? ToAbsolute([], currentDirectory) : fileSystem.GetBytes(text[..root]);
        List<NamePattern> names = [];
        foreach (string name in text[root..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == "..")
            {
                if (names.Count > 0)
                {
                    names.RemoveAt(names.Count - 1);
                }
                else
                {
                    start = ToAbsolute(".."u8.ToArray(), start);
                }
            }
            else if (name != ".")
            {
                names.Add(new NamePattern(name, !BackslashSeparates, ignoreCase: BackslashSeparates));
            }
        }

        return (start, names);
    }

    private static void AddNames(List<byte[]> names, ReadOnlySpan<byte> path)
    {
        while (!path.IsEmpty)
        {
            int slash = path.IndexOf((byte)'/');
            ReadOnlySpan<byte> name = slash < 0 ? path : path[..slash];
            path = slash < 0 ? [] : path[(slash + 1)..];
            if (name.SequenceEqual(".."u8))
            {
                if (names.Count > 0)
                {
                    names.RemoveAt(names.Count - 1);
                }
            }
            else if (!name.IsEmpty && !name.SequenceEqual("."u8))
            {
                names.Add(name.ToArray());
            }
        }
    }

    private static byte[] Join(byte[] directory, List<byte[]> names)
    {
        int length = directory.Length;
        foreach (byte[] name in names)
        {
            length += name.Length + 1;
        }

        byte[] path = new byte[length];
        directory.CopyTo(path, 0);
        int at = directory.Length;
        foreach (byte[] name in names)
        {
            if (at == 0 || path[at - 1] != '/')
            {
                path[at++] = (byte)'/';
            }

            name.CopyTo(path, at);
            at += name.Length;
        }

        return at == length ? path : path[..at];
    }

    /// <summary>The length of what stands before the names: <c>/</c>, and on Windows <c>C:/</c>, or <c>//server/share/</c>; 0 for a relative path.</summary>
    private static int GetRootLength(ReadOnlySpan<byte> path)
    {
        if (!BackslashSeparates || !path.StartsWith("//"u8))
        {
            return path.Length > 0 && path[0] == '/' ? 1
                : BackslashSeparates && path.Length >= 2 && path[1] == ':' ? Math.Min(path.Length, 3)
                : 0;
        }

        int server = path[2..].IndexOf((byte)'/');
        int share = server < 0 ? -1 : path[(server + 3)..].IndexOf((byte)'/');
        return share < 0 ? path.Length : server + 3 + share + 1;
    }

    private static byte[] WithSlashes(byte[] path)
    {
        if (!BackslashSeparates || !path.AsSpan().Contains((byte)'\\'))
        {
            return path;
        }

        byte[] slashed = (byte[])path.Clone();
        slashed.AsSpan().Replace((byte)'\\', (byte)'/');
        return slashed;
    }
}
