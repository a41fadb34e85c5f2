using VtPS.Engine.IO;

namespace VtPS.Engine.Listing;

/// <summary>Where the top entries of a backup came from. Immutable and safe for use by many threads.</summary>
internal sealed class BackupSources
{
    private readonly Dictionary<string, Source> _byName = new(StringComparer.Ordinal);

    private BackupSources()
    {
    }

    /// <summary>The folder that all inside paths are relative to; null where each top entry has a place of its own.</summary>
    public byte[]? Root { get; private init; }

    /// <summary>Reads the sources that a backup recorded.</summary>
    public static BackupSources Create(VtBackup backup)
    {
        BackupSources sources = new() { Root = backup.SourceRoot };
        foreach (string text in backup.SourcePath)
        {
            byte[] path = PathText.Parse(text);
            int length = path.Length;
            while (length > 0 && path[length - 1] == '/')
            {
                length--;
            }

            if (length == 0)
            {
                // The file system's own top is no entry; what is in it are the backup's top entries.
                sources._byName[""] = new Source("/"u8.ToArray(), [], false);
                continue;
            }

            int slash = path.AsSpan(0, length).LastIndexOf((byte)'/');
            if (slash < 0)
            {
                continue;
            }

            byte[] name = path[(slash + 1)..length];
            sources._byName[PathText.Format(name)] = new Source(slash == 0 ? "/"u8.ToArray() : path[..slash], name, length < path.Length);
        }

        return sources;
    }

    /// <summary>Whether the backup's top is the file system's own.</summary>
    public bool IsFileSystemTop => _byName.ContainsKey("");

    /// <summary>The sources of single top entries, in no order.</summary>
    public IEnumerable<Source> All => _byName.Values;

    /// <summary>Where a top entry came from; null where the backup does not say (such as bytes from standard input).</summary>
    public Source? Find(byte[] name) =>
        Root is not null ? new Source(Root, name, false)
            : _byName.TryGetValue(PathText.Format(name), out Source? source) ? source
            : _byName.TryGetValue("", out source) ? source with { Name = name }
            : null;

    /// <summary>The source of a top entry.</summary>
    /// <param name="Folder">The folder that it is in.</param>
    /// <param name="Name">Its name there.</param>
    /// <param name="Follows">Whether the path was given with a slash at its end: a symlink there was followed.</param>
    internal sealed record Source(byte[] Folder, byte[] Name, bool Follows)
    {
        /// <summary>The whole path.</summary>
        public byte[] Path => Folder is [(byte)'/'] ? [(byte)'/', .. Name] : [.. Folder, (byte)'/', .. Name];
    }
}
