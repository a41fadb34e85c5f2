using System.Globalization;
using System.Text;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>Takes in what a sync replaces or deletes: <c>.vt/revisions/&lt;run&gt;/</c> with the paths of the tree. Made with the first entry.</summary>
internal sealed class RevisionFolder(ReplicaFolder folder) : IDisposable
{
    private DirectoryHandle? _run;
    private string? _lastFolder;
    private DirectoryHandle? _last;

    /// <summary>Moves an entry into the revisions.</summary>
    /// <param name="from">The folder that it lies in.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="path">Its path in the tree, as names.</param>
    /// <returns>Where it is now.</returns>
    public (DirectoryHandle Folder, byte[] Name) Take(DirectoryHandle from, byte[] name, IReadOnlyList<byte[]> path)
    {
        DirectoryHandle target = FolderOf(path);
        byte[] wanted = path[^1];
        for (int number = 1; ; number++)
        {
            byte[] free = number == 1 ? wanted : [.. wanted.AsSpan(0, Math.Min(wanted.Length, 240)), .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $".{number}"))];
            try
            {
                from.MoveTo(name, target, free);
                return (target, free);
            }
            catch (FileSystemException e) when (e.Reason == FileSystemReason.Exists && number < 10_000)
            {
                // Replaced twice in one sync.
            }
        }
    }

    /// <summary>Moves what was recovered, and nobody needed, into the revisions, where it can be had by digest.</summary>
    public static void TakeRecovered(ReplicaFolder folder)
    {
        if (!Directory.Exists(folder.Recovered))
        {
            return;
        }

        using RevisionFolder revisions = new(folder);
        using DirectoryHandle recovered = ReplicaFolder.OpenFolder(folder.Recovered);
        foreach (DirectoryEntryName name in recovered.List())
        {
            revisions.Take(recovered, name.Name, ["recovered"u8.ToArray(), name.Name]);
        }
    }

    public void Dispose()
    {
        _last?.Dispose();
        _run?.Dispose();
    }

    private DirectoryHandle FolderOf(IReadOnlyList<byte[]> path)
    {
        _run ??= ReplicaFolder.OpenFolder(Path.Join(folder.Revisions, FreeName()));
        string key = string.Join('/', path.Take(path.Count - 1).Select(Convert.ToHexStringLower));
        if (_last is not null && _lastFolder == key)
        {
            return _last;
        }

        DirectoryHandle at = _run.Duplicate();
        foreach (byte[] part in path.Take(path.Count - 1))
        {
            DirectoryHandle next = Enter(at, part);
            at.Dispose();
            at = next;
        }

        _last?.Dispose();
        (_last, _lastFolder) = (at, key);
        return at;
    }

    private static DirectoryHandle Enter(DirectoryHandle at, byte[] name)
    {
        while (true)
        {
            switch (at.TryGetStatus(name))
            {
                case null:
                    at.CreateDirectory(name, 0x1C0);
                    break;
                case { Type: VtItemType.Directory }:
                    return at.OpenDirectory(name);
            }

            // A file of this name was taken in before; the folder gets another.
            name = at.TryGetStatus(name) is { Type: VtItemType.Directory } ? name : [.. name, (byte)'_'];
        }
    }

    private string FreeName()
    {
        string stem = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        for (int number = 1; ; number++)
        {
            string name = number == 1 ? stem : string.Create(CultureInfo.InvariantCulture, $"{stem}-{number}");
            if (!Directory.Exists(Path.Join(folder.Revisions, name)))
            {
                return name;
            }
        }
    }
}
