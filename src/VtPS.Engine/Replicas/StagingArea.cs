using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>Content on its way into the tree: files named by digest, complete and checked; and <c>.part</c> files, whose rest is fetched later. It survives restarts.</summary>
internal sealed class StagingArea : IDisposable
{
    /// <summary>What the names begin with of files that are about to get their places, or have just been replaced.</summary>
    public const string FreshPrefix = "fresh-";

    private const int CopyBuffer = 1 << 20;
    private const string PartSuffix = ".part";
    private const string Made = "made-";

    private readonly string _path;
    private readonly string _recovered;
    private readonly Dictionary<NodeData, int> _uses = [];
    private readonly Dictionary<NodeData, ConcurrentQueue<byte[]>> _made = [];
    private readonly string _stamp = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private int _number;

    /// <param name="folder">The replica's state folder; its staging folder is made, and marked as one to be checked until <see cref="StagingCheck.End"/>.</param>
    public StagingArea(ReplicaFolder folder)
    {
        _path = folder.Staging;
        _recovered = folder.Recovered;
        Handle = ReplicaFolder.OpenFolder(_path);
        StagingCheck.Begin(folder, Handle);
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

    /// <summary>The contents that are there in part, by name: how many bytes of each.</summary>
    public static Dictionary<string, long> Parts(ReplicaFolder folder)
    {
        DirectoryInfo staging = new(folder.Staging);
        return staging.Exists ? staging.EnumerateFiles("*" + PartSuffix).ToDictionary(file => Path.GetFileNameWithoutExtension(file.Name), file => file.Length) : [];
    }

    /// <summary>Whether content is there to its end.</summary>
    public bool Has(NodeData data) => Find(data) is not null;

    /// <summary>The path of a content's <c>.part</c> file.</summary>
    public string PartOf(NodeData data) => Path.Join(_path, NameOf(data) + PartSuffix);

    /// <summary>How much of a content is there for the rest to be added to: bytes. All of it, or more, is nothing: that was no good.</summary>
    public long OffsetOf(NodeData data)
    {
        FileInfo part = new(PartOf(data));
        return part.Exists && part.Length < data.Length ? part.Length : 0;
    }

    /// <summary>Says how often content will be taken.</summary>
    public void Expect(NodeData data) => _uses[data] = _uses.GetValueOrDefault(data) + 1;

    /// <summary>Takes in content that is whole and in memory, and not there. Safe for use by many threads.</summary>
    public void Put(NodeData data, ReadOnlySpan<byte> content)
    {
        // Under its name from the start: what is cut off here is found by the check.
        byte[] name = Encoding.ASCII.GetBytes(NameOf(data));
        using SafeFileHandle file = Handle.CreateFile(name, 0x180);
        try
        {
            RandomAccess.Write(file, content, 0);
        }
        catch
        {
            Handle.DeleteFile(name);
            throw;
        }
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

    /// <summary>Makes the files that are not just moved out of here: of content that will be taken more than once, that stands in its reference, or that was recovered and may be nowhere else.</summary>
    public void Prepare(CancellationToken cancellationToken)
    {
        bool mayBeRecovered = Directory.Exists(_recovered) && Directory.EnumerateFiles(_recovered).Any();
        foreach ((NodeData data, int uses) in _uses)
        {
            if (uses == 1 && !data.IsInReference && !mayBeRecovered)
            {
                continue;
            }

            string? source = data.IsInReference ? null : Find(data);
            if (!data.IsInReference && (source is null || (uses == 1 && Path.GetDirectoryName(source) == _path)))
            {
                continue;
            }

            ConcurrentQueue<byte[]> made = [];
            for (int i = 0; i < uses; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                byte[] name = Encoding.ASCII.GetBytes(string.Create(null, $"{Made}{_stamp}-{Interlocked.Increment(ref _number)}"));
                if (source is null)
                {
                    using SafeFileHandle file = Handle.CreateFile(name, 0x180);
                    Fill(file, data.Content!);
                }
                else
                {
                    File.Copy(source, Path.Join(_path, Encoding.ASCII.GetString(name)));
                }

                made.Enqueue(name);
            }

            _made.Add(data, made);
        }
    }

    /// <summary>The name in the staging folder of a file for the caller to move or <see cref="Return"/>: it is there if the content is. Null where all are taken. Safe for use by many threads.</summary>
    public byte[]? Take(NodeData data) =>
        !_made.TryGetValue(data, out ConcurrentQueue<byte[]>? made) ? Encoding.ASCII.GetBytes(NameOf(data))
        : made.TryDequeue(out byte[]? copy) ? copy
        : null;

    /// <summary>Takes back a file that found no place, for the next sync. What is under its name by now and is another, or was written to, is left for <see cref="Sweep"/>.</summary>
    /// <param name="taken">Its name in the staging folder; nothing may have it any more.</param>
    /// <param name="made">Its status when it was made.</param>
    /// <param name="data">What it holds.</param>
    public void Return(byte[] taken, in FileStatus made, NodeData data)
    {
        if (Handle.TryGetStatus(taken) is not { } status || status.Inode != made.Inode || status.Size != made.Size || status.Modified != made.Modified)
        {
            return;
        }

        if (data.IsInReference)
        {
            Handle.DeleteFile(taken);
            return;
        }

        Handle.SetMode(taken, 0x180);
        Handle.Rename(taken, Encoding.ASCII.GetBytes(NameOf(data)));
    }

    /// <summary>A name that nothing has, nor anything that a process left which was killed.</summary>
    public byte[] Fresh() => Encoding.ASCII.GetBytes(string.Create(null, $"{FreshPrefix}{_stamp}-{Interlocked.Increment(ref _number)}"));

    /// <summary>Gives what a sync that was cut off left half done to the revisions: it may be what was just replaced. Content and <c>.part</c> files stay.</summary>
    public void Sweep(RevisionFolder revisions)
    {
        foreach (DirectoryEntryName name in Handle.List())
        {
            if (name.Name.AsSpan().StartsWith(Encoding.ASCII.GetBytes(FreshPrefix)))
            {
                revisions.Take(Handle, name.Name, ["unfinished"u8.ToArray(), name.Name]);
            }
            else if (name.Name.AsSpan().StartsWith(Encoding.ASCII.GetBytes(Made)))
            {
                Handle.DeleteFile(name.Name);
            }
        }
    }

    /// <summary>Removes everything but marks: no content is needed any more.</summary>
    public void Clear()
    {
        foreach (string path in Directory.EnumerateFiles(_path).Where(path => !PlacementMarks.IsMark(path)))
        {
            File.Delete(path);
        }
    }

    public void Dispose() => Handle.Dispose();

    private string? Find(NodeData data)
    {
        string name = NameOf(data);
        if (Handle.TryGetStatus(Encoding.ASCII.GetBytes(name)) is not null)
        {
            return Path.Join(_path, name);
        }

        string recovered = Path.Join(_recovered, name);
        return File.Exists(recovered) ? recovered : null;
    }

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
