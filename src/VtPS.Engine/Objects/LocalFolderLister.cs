using System.IO.Enumeration;

namespace VtPS.Engine.Objects;

/// <summary>Lists the files of a <see cref="LocalFolderStorage"/>, wholly or not at all.</summary>
internal sealed class LocalFolderLister(string root)
{
    // Nothing is skipped silently: a folder that cannot be read throws.
    private static readonly EnumerationOptions Everything = new() { IgnoreInaccessible = false, AttributesToSkip = 0, ReturnSpecialDirectories = false };

    /// <summary>Every regular file below a prefix but those in <c>tmp/</c>. What is neither file nor folder is no object.</summary>
    /// <exception cref="IOException">A folder could not be read, or vanished meanwhile.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder could not be read.</exception>
    public List<ObjectInfo> List(string prefix, CancellationToken cancellationToken)
    {
        List<ObjectInfo> found = [];
        string top = prefix.Length == 0 ? root : Full(prefix[..^1]);
        if (ObjectFileStatus.TryGet(top) is not { } status)
        {
            // A prefix that nothing was put under yet has no folder. Without the root there is no Store to say so of.
            return Directory.Exists(root) ? found : throw new DirectoryNotFoundException($"There is no folder '{root}'.");
        }

        // A symlink in the place of the root or of a prefix's folder was put there on purpose.
        Stack<(string Prefix, string Path, ObjectFileStatus Status)> open = new();
        if (status.IsFolder || Directory.Exists(top))
        {
            open.Push((prefix, top, status));
        }

        while (open.TryPop(out (string Prefix, string Path, ObjectFileStatus Status) folder))
        {
            bool vanished = false;
            foreach (string name in Names(folder.Path))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (folder.Prefix.Length == 0 && name == ObjectNames.Unfinished)
                {
                    continue;
                }

                string path = Path.Join(folder.Path, name);
                if (ObjectFileStatus.TryGet(path) is not { } entry)
                {
                    vanished = true;
                }
                else if (entry.IsFile)
                {
                    found.Add(new ObjectInfo(folder.Prefix + name, entry.Length));
                }
                else if (ObjectNames.IsPart(name) && (entry.IsFolder || Directory.Exists(path)))
                {
                    open.Push((folder.Prefix + name + "/", path, entry));
                }
            }

            // Files are deleted while others list. But if the folder is another one now, its disk went away under the listing.
            if (vanished && ObjectFileStatus.TryGet(folder.Path)?.Identity != folder.Status.Identity)
            {
                throw new IOException($"The folder '{folder.Path}' went away while it was listed.");
            }
        }

        return found;
    }

    /// <summary>The paths of the files that an owner has in <c>tmp/</c>.</summary>
    public List<string> ListUnfinished(string owner)
    {
        List<string> found = [];
        string folder = Full(ObjectNames.Unfinished);
        if (!Directory.Exists(folder))
        {
            return found;
        }

        foreach (string name in Names(folder))
        {
            if (name.Length > owner.Length && name[owner.Length] == '.' && name.StartsWith(owner, StringComparison.Ordinal))
            {
                found.Add(Path.Join(folder, name));
            }
        }

        return found;
    }

    /// <summary>Everything in <c>tmp/</c> by its owner. What is not named as an upload is nobody's and left alone.</summary>
    public List<UnfinishedUpload> ListUnfinished()
    {
        Dictionary<string, long> lengths = [];
        string folder = Full(ObjectNames.Unfinished);
        foreach (string name in Directory.Exists(folder) ? Names(folder) : (IEnumerable<string>)[])
        {
            int dot = name.IndexOf('.', StringComparison.Ordinal);
            if (dot > 0 && ObjectNames.IsPart(name) && ObjectFileStatus.TryGet(Path.Join(folder, name)) is { IsFile: true } file)
            {
                lengths[name[..dot]] = lengths.GetValueOrDefault(name[..dot]) + file.Length;
            }
        }

        List<UnfinishedUpload> found = [];
        foreach ((string owner, long length) in lengths)
        {
            found.Add(new UnfinishedUpload(owner, length));
        }

        return found;
    }

    private static FileSystemEnumerable<string> Names(string folder) => new(folder, static (ref FileSystemEntry entry) => entry.FileName.ToString(), Everything);

    private string Full(string name) => Path.Join(root, Path.DirectorySeparatorChar == '/' ? name : name.Replace('/', Path.DirectorySeparatorChar));
}
