using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>Content on its way into the tree: files named by digest, complete and checked; and <c>.part</c> files, whose rest is fetched later. It survives restarts.</summary>
internal sealed class StagingArea : IDisposable
{
    private const int CopyBuffer = 1 << 20;

    private readonly string _path;
    private readonly string _recovered;
    private readonly Dictionary<NodeData, int> _uses = [];
    private readonly string _stamp = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private int _number;

    /// <param name="folder">The replica's state folder; its staging folder is made.</param>
    public StagingArea(ReplicaFolder folder)
    {
        _path = folder.Staging;
        _recovered = folder.Recovered;
        Handle = ReplicaFolder.OpenFolder(_path);
    }

    public DirectoryHandle Handle { get; }

    /// <summary>The name of content in a staging folder.</summary>
    public static string NameOf(NodeData data) => Convert.ToHexStringLower(data.Digest());

    /// <summary>What tells whether content is there to its end: in the staging folder of a replica as it is now, or in that of recovered content.</summary>
    public static Predicate<NodeData> Look(ReplicaFolder folder)
    {
        HashSet<string> names = [];
        foreach (string path in (string[])[folder.Staging, folder.Recovered])
        {
            if (Directory.Exists(path))
            {
                names.UnionWith(Directory.EnumerateFiles(path).Select(p => Path.GetFileName(p)));
            }
        }

        return names.Count == 0 ? static _ => false : data => names.Contains(NameOf(data));
    }

    /// <summary>Whether content is there to its end.</summary>
    public bool Has(NodeData data)
    {
        string name = NameOf(data);
        return File.Exists(Path.Join(_path, name)) || File.Exists(Path.Join(_recovered, name));
    }

    /// <summary>The path of a content's <c>.part</c> file.</summary>
    public string PartOf(NodeData data) => Path.Join(_path, NameOf(data) + ".part");

    /// <summary>Says how often content will be taken.</summary>
    public void Expect(NodeData data) => _uses[data] = _uses.GetValueOrDefault(data) + 1;

    /// <summary>Takes in content that is whole and in memory.</summary>
    public void Put(NodeData data, ReadOnlySpan<byte> content)
    {
        byte[] name = Encoding.ASCII.GetBytes(NameOf(data));
        byte[] fresh = Fresh();
        using (SafeFileHandle file = Handle.CreateFile(fresh, 0x180))
        {
            RandomAccess.Write(file, content, 0);
        }

        Handle.Rename(fresh, name);
    }

    /// <summary>Makes a <c>.part</c> file that was fetched to its end a content, if it is what it should be; else removes it.</summary>
    public bool Complete(NodeData data, CancellationToken cancellationToken)
    {
        string part = PartOf(data);
        bool equal;
        using (SafeFileHandle file = File.OpenHandle(part))
        {
            equal = ContentHasher.Compute(file, cancellationToken).Equals(data.Content);
        }

        if (equal)
        {
            File.Move(part, Path.Join(_path, NameOf(data)), overwrite: true);
        }
        else
        {
            File.Delete(part);
        }

        return equal;
    }

    /// <summary>Copies content from a file of the tree; false if the file has changed.</summary>
    public bool Copy(NodeData data, DirectoryHandle folder, byte[] name, CancellationToken cancellationToken)
    {
        string part = PartOf(data);
        using (SafeFileHandle source = folder.OpenFile(name))
        using (FileStream target = new(part, FileMode.Create, FileAccess.Write, FileShare.None, 0))
        {
            byte[] buffer = new byte[Math.Min(CopyBuffer, Math.Max(1, data.Length))];
            for (long offset = 0; offset < data.Length;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int read = RandomAccess.Read(source, buffer, offset);
                if (read == 0)
                {
                    break;
                }

                target.Write(buffer, 0, read);
                offset += read;
            }
        }

        return Complete(data, cancellationToken);
    }

    /// <summary>A file of the content, for the caller to move or delete: its name in the staging folder. Null where the content is not there.</summary>
    public byte[]? Take(NodeData data)
    {
        byte[] fresh = Fresh();
        if (data.Content!.Kind is VtBlockKind.Literal or VtBlockKind.Run)
        {
            using SafeFileHandle file = Handle.CreateFile(fresh, 0x180);
            Fill(file, data.Content);
            return fresh;
        }

        string name = NameOf(data);
        string path = Path.Join(_path, name);
        bool isFetched = File.Exists(path);
        path = isFetched ? path : Path.Join(_recovered, name);
        if (!isFetched && !File.Exists(path))
        {
            return null;
        }

        // What was recovered may be nowhere else: it stays until all is done.
        string target = Path.Join(_path, Encoding.ASCII.GetString(fresh));
        int uses = _uses.GetValueOrDefault(data);
        _uses[data] = uses - 1;
        if (uses > 1 || !isFetched)
        {
            File.Copy(path, target);
        }
        else
        {
            File.Move(path, target);
        }

        return fresh;
    }

    /// <summary>A name that nothing has, nor anything that a process left which was killed.</summary>
    public byte[] Fresh() => Encoding.ASCII.GetBytes(string.Create(null, $"fresh-{_stamp}-{++_number}"));

    /// <summary>Gives what a sync that was cut off left half done to the revisions: it may be what was just replaced. Content and <c>.part</c> files stay.</summary>
    public void Sweep(RevisionFolder revisions)
    {
        foreach (DirectoryEntryName name in Handle.List())
        {
            if (name.Name.AsSpan().StartsWith("fresh-"u8))
            {
                revisions.Take(Handle, name.Name, ["unfinished"u8.ToArray(), name.Name]);
            }
        }
    }

    /// <summary>Removes everything: nothing is needed any more.</summary>
    public void Clear()
    {
        foreach (string path in Directory.EnumerateFiles(_path))
        {
            File.Delete(path);
        }
    }

    public void Dispose() => Handle.Dispose();

    private static void Fill(SafeFileHandle file, VtBlockReference content)
    {
        if (content.Kind == VtBlockKind.Literal)
        {
            RandomAccess.Write(file, content.LiteralBytes, 0);
            return;
        }

        if (content.RunByte == 0)
        {
            RandomAccess.SetLength(file, content.Length);
            return;
        }

        byte[] buffer = new byte[Math.Min(CopyBuffer, content.Length)];
        buffer.AsSpan().Fill(content.RunByte);
        for (long offset = 0; offset < content.Length; offset += buffer.Length)
        {
            RandomAccess.Write(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, content.Length - offset)), offset);
        }
    }
}
