using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;

namespace VtPS.Engine.Tests.Support;

/// <summary>
/// Compares two live trees by directory handles: names, type, mode, owner numbers, modification time in nanoseconds, content, link target,
/// device numbers, extended attributes, which names are one file, and the space that sparse files take.
/// </summary>
internal sealed class TreeComparer
{
    private const int BufferLength = 1 << 20;

    private readonly byte[] _leftBuffer = new byte[BufferLength];
    private readonly byte[] _rightBuffer = new byte[BufferLength];
    private readonly List<string> _differences = [];
    private readonly Dictionary<(ulong Device, ulong Inode), string> _leftFirst = [];
    private readonly Dictionary<(ulong Device, ulong Inode), string> _rightFirst = [];

    /// <summary>Bytes by which the allocated size of a sparse file may differ.</summary>
    public long SparseTolerance { get; init; } = 64 * 1024;

    /// <summary>Whether sockets that only the left tree has are passed over: backups leave them out.</summary>
    public bool IgnoreSockets { get; init; } = true;

    /// <summary>Whether owner and group numbers count: who is not root cannot restore them.</summary>
    public bool CompareOwners { get; init; } = true;

    /// <summary>Whether the metadata of the two directories themselves counts.</summary>
    public bool CompareRoot { get; init; } = true;

    /// <summary>No more differences than this are gathered.</summary>
    public int MaximumDifferences { get; init; } = 1000;

    /// <summary>How many entries of the left tree were compared, the root not counted.</summary>
    public long EntryCount { get; private set; }

    /// <summary>Compares two directories; each difference is a sentence that begins with the path below them. Empty if they are equal.</summary>
    public static List<string> Compare(string left, string right) =>
        new TreeComparer().Run(FileSystem.Current.GetBytes(left), FileSystem.Current.GetBytes(right));

    /// <summary>The same with the settings of this object, which serves for one comparison.</summary>
    public List<string> Run(byte[] left, byte[] right)
    {
        using DirectoryHandle leftHandle = FileSystem.Current.OpenDirectory(left);
        using DirectoryHandle rightHandle = FileSystem.Current.OpenDirectory(right);

        // A path of more than 4,096 bytes may be 2,000 directories deep.
        Exception? failure = null;
        Thread thread = new(
            () =>
            {
                try
                {
                    CompareDirectories(leftHandle, rightHandle, ".", CompareRoot);
                }
                catch (Exception e)
                {
                    failure = e;
                }
            },
            64 << 20);
        thread.Start();
        thread.Join();
        return failure is null ? _differences : throw new InvalidOperationException("The trees could not be compared: " + failure.Message, failure);
    }

    private void CompareDirectories(DirectoryHandle left, DirectoryHandle right, string path, bool withMetadata)
    {
        if (withMetadata)
        {
            CompareMetadata(path, left.GetStatus(), right.GetStatus());
            CompareAttributes(path, left.GetExtendedAttributes(), right.GetExtendedAttributes());
        }

        List<byte[]> leftNames = ListSorted(left);
        List<byte[]> rightNames = ListSorted(right);
        int l = 0, r = 0;
        while ((l < leftNames.Count || r < rightNames.Count) && _differences.Count < MaximumDifferences)
        {
            int order = l == leftNames.Count ? 1 : r == rightNames.Count ? -1 : leftNames[l].AsSpan().SequenceCompareTo(rightNames[r]);
            if (order < 0)
            {
                byte[] name = leftNames[l++];
                if (!IgnoreSockets || left.GetStatus(name).Type != VtItemType.Socket)
                {
                    Add(Join(path, name), "is only in the left tree");
                }
            }
            else if (order > 0)
            {
                Add(Join(path, rightNames[r++]), "is only in the right tree");
            }
            else
            {
                EntryCount++;
                CompareEntries(left, right, leftNames[l], Join(path, leftNames[l]));
                l++;
                r++;
            }
        }
    }

    private void CompareEntries(DirectoryHandle left, DirectoryHandle right, byte[] name, string path)
    {
        FileStatus leftStatus = left.GetStatus(name);
        FileStatus rightStatus = right.GetStatus(name);
        if (leftStatus.Type != rightStatus.Type)
        {
            Add(path, $"is a {leftStatus.Type} and a {rightStatus.Type}");
            return;
        }

        if (leftStatus.Type == VtItemType.Directory)
        {
            using DirectoryHandle leftChild = left.OpenDirectory(name);
            using DirectoryHandle rightChild = right.OpenDirectory(name);
            CompareDirectories(leftChild, rightChild, path, withMetadata: true);
            return;
        }

        CompareMetadata(path, leftStatus, rightStatus);
        CompareAttributes(path, left.GetExtendedAttributes(name), right.GetExtendedAttributes(name));
        CompareLinkGroups(path, leftStatus, rightStatus);
        switch (leftStatus.Type)
        {
            case VtItemType.File:
                CompareContent(left, right, name, path, leftStatus, rightStatus);
                break;
            case VtItemType.SymbolicLink:
                string leftTarget = PathText.Format(left.ReadLink(name));
                string rightTarget = PathText.Format(right.ReadLink(name));
                AddUnlessEqual(path, "target", leftTarget, rightTarget);
                break;
            case VtItemType.CharacterDevice or VtItemType.BlockDevice:
                AddUnlessEqual(path, "device", (leftStatus.DeviceMajor, leftStatus.DeviceMinor), (rightStatus.DeviceMajor, rightStatus.DeviceMinor));
                break;
        }
    }

    private void CompareMetadata(string path, in FileStatus left, in FileStatus right)
    {
        if (left.Type != VtItemType.SymbolicLink)
        {
            AddUnlessEqual(path, "mode", Convert.ToString(left.Mode, 8), Convert.ToString(right.Mode, 8));
        }

        if (CompareOwners)
        {
            AddUnlessEqual(path, "owner", (left.UserId, left.GroupId), (right.UserId, right.GroupId));
        }

        AddUnlessEqual(path, "modification time", $"{left.Modified.Seconds}.{left.Modified.Nanoseconds:d9}", $"{right.Modified.Seconds}.{right.Modified.Nanoseconds:d9}");
    }

    private void CompareAttributes(string path, ExtendedAttribute[] left, ExtendedAttribute[] right)
    {
        int l = 0, r = 0;
        while (l < left.Length || r < right.Length)
        {
            int order = l == left.Length ? 1 : r == right.Length ? -1 : left[l].Name.AsSpan().SequenceCompareTo(right[r].Name);
            string name = PathText.Format(order <= 0 ? left[l].Name : right[r].Name);
            if (order != 0)
            {
                Add(path, $"has the extended attribute {name} only in the {(order < 0 ? "left" : "right")} tree");
            }
            else if (!left[l].Value.AsSpan().SequenceEqual(right[r].Value))
            {
                Add(path, $"has two values of the extended attribute {name}: {PathText.Format(left[l].Value)} and {PathText.Format(right[r].Value)}");
            }

            l += order <= 0 ? 1 : 0;
            r += order >= 0 ? 1 : 0;
        }
    }

    /// <summary>Both trees are walked in the same order, so the first path of each inode must be the same in both.</summary>
    private void CompareLinkGroups(string path, in FileStatus left, in FileStatus right)
    {
        string leftFirst = FirstPath(_leftFirst, left, path);
        string rightFirst = FirstPath(_rightFirst, right, path);
        if (leftFirst != rightFirst)
        {
            Add(path, $"is one file with {Tell(leftFirst)} in the left tree and with {Tell(rightFirst)} in the right tree");
        }

        string Tell(string first) => first == path ? "none before it" : first;
    }

    private static string FirstPath(Dictionary<(ulong Device, ulong Inode), string> known, in FileStatus status, string path)
    {
        if (status.LinkCount < 2)
        {
            return path;
        }

        if (known.TryGetValue((status.Device, status.Inode), out string? first))
        {
            return first;
        }

        known.Add((status.Device, status.Inode), path);
        return path;
    }

    private void CompareContent(DirectoryHandle left, DirectoryHandle right, byte[] name, string path, in FileStatus leftStatus, in FileStatus rightStatus)
    {
        if (leftStatus.Size != rightStatus.Size)
        {
            AddUnlessEqual(path, "size", leftStatus.Size, rightStatus.Size);
            return;
        }

        bool isSparse = leftStatus.Allocated < leftStatus.Size || rightStatus.Allocated < rightStatus.Size;
        if (isSparse && Math.Abs(leftStatus.Allocated - rightStatus.Allocated) > SparseTolerance)
        {
            Add(path, $"takes {leftStatus.Allocated} and {rightStatus.Allocated} bytes of the medium, at a size of {leftStatus.Size}");
        }

        using SafeFileHandle leftFile = left.OpenFile(name);
        using SafeFileHandle rightFile = right.OpenFile(name);
        for (long offset = 0; offset < leftStatus.Size;)
        {
            int leftLength = Read(leftFile, _leftBuffer, offset);
            int rightLength = Read(rightFile, _rightBuffer, offset);
            int equal = _leftBuffer.AsSpan(0, leftLength).CommonPrefixLength(_rightBuffer.AsSpan(0, rightLength));
            if (equal < leftLength || leftLength != rightLength || leftLength == 0)
            {
                Add(path, $"differs in content from byte {offset + equal} on");
                return;
            }

            offset += leftLength;
        }
    }

    private static int Read(SafeFileHandle file, byte[] buffer, long offset)
    {
        int total = 0;
        int read;
        while (total < buffer.Length && (read = RandomAccess.Read(file, buffer.AsSpan(total), offset + total)) > 0)
        {
            total += read;
        }

        return total;
    }

    private static List<byte[]> ListSorted(DirectoryHandle directory)
    {
        List<byte[]> names = directory.List().ConvertAll(static e => e.Name);
        names.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        return names;
    }

    private static string Join(string path, byte[] name) => path + "/" + PathText.Format(name);

    private void AddUnlessEqual<T>(string path, string what, T left, T right)
        where T : notnull
    {
        if (!left.Equals(right))
        {
            Add(path, $"differs in its {what}: {left} and {right}");
        }
    }

    private void Add(string path, string what)
    {
        if (_differences.Count < MaximumDifferences)
        {
            _differences.Add($"{path} {what}.");
        }
    }
}
