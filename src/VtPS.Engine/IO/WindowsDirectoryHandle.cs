using System.IO.Enumeration;
using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.IO;

/// <summary>
/// A directory of Windows: its full path. Nothing is held open, so a directory that is swapped for a link meanwhile is not noticed;
/// links are looked for before each step instead.
/// </summary>
/// <remarks>A reparse point that .NET can tell the target of is a symbolic link; any other is what its attributes say.</remarks>
internal sealed class WindowsDirectoryHandle : DirectoryHandle
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false, MatchType = MatchType.Simple };

    private readonly string _path;

    private WindowsDirectoryHandle(string path) => _path = path;

    /// <summary>Makes sure that a full path is a directory.</summary>
    /// <param name="path">The full path, with the prefix that lifts limits.</param>
    /// <param name="followLast">Whether it may be a link to a directory.</param>
    /// <param name="shown">What a failure names.</param>
    public static WindowsDirectoryHandle Open(string path, bool followLast, byte[] shown)
    {
        FileStatus status = Do("opened", shown, () => ReadStatus(path))
            ?? throw WindowsError.Make(FileSystemReason.NotFound, "opened", shown, "there is none");
        bool isDirectory = status.Type == VtItemType.Directory || (followLast && status.Type == VtItemType.SymbolicLink && Directory.Exists(path));
        return isDirectory ? new WindowsDirectoryHandle(path)
            : throw WindowsError.Make(FileSystemReason.NotADirectory, "opened", shown, "it is not a directory");
    }

    public override List<DirectoryEntryName> List() => Do("listed", null, () =>
        new List<DirectoryEntryName>(new FileSystemEnumerable<DirectoryEntryName>(_path, ReadEntry, Everything)));

    public override FileStatus GetStatus() => Do("examined", null, () => ReadStatus(_path))
        ?? throw WindowsError.Make(FileSystemReason.NotFound, "examined", null, "it is gone");

    public override FileStatus GetStatus(byte[] name) => TryGetStatus(name)
        ?? throw WindowsError.Make(FileSystemReason.NotFound, "examined", name, "there is none");

    public override FileStatus? TryGetStatus(byte[] name)
    {
        string path = Combine(name);
        return Do("examined", name, () => ReadStatus(path));
    }

    public override DirectoryHandle OpenDirectory(byte[] name) => Open(Combine(name), followLast: false, name);

    public override DirectoryHandle Duplicate() => new WindowsDirectoryHandle(_path);

    public override SafeFileHandle OpenFile(byte[] name)
    {
        string path = Combine(name);
        if (GetStatus(name).Type == VtItemType.SymbolicLink)
        {
            throw WindowsError.Make(FileSystemReason.SymbolicLink, "opened", name, "it is a symbolic link, which is not followed here");
        }

        return Do("opened", name, () => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
    }

    public override FileStatus GetStatus(SafeFileHandle file) => Do("examined", null, () =>
        MakeStatus(File.GetAttributes(file), RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file), isLink: false));

    public override byte[] ReadLink(byte[] name)
    {
        string path = Combine(name);
        string target = Do("read as a symbolic link", name, () => new FileInfo(path).LinkTarget)
            ?? throw WindowsError.Make(FileSystemReason.Other, "read as a symbolic link", name, "it is none");
        return Wtf8.GetBytes(target);
    }

    public override ExtendedAttribute[] GetExtendedAttributes(byte[] name) => [];

    public override ExtendedAttribute[] GetExtendedAttributes() => [];

    public override ExtendedAttribute[] GetExtendedAttributes(SafeFileHandle file) => [];

    public override (long Start, long End)? FindData(SafeFileHandle file, long offset, long size) => offset < size ? (offset, size) : null;

    public override void CreateDirectory(byte[] name, int mode)
    {
        string path = Combine(name);
        RequireFree(name, "made a directory");
        Do("made a directory", name, () => Directory.CreateDirectory(path));
    }

    public override SafeFileHandle CreateFile(byte[] name, int mode)
    {
        string path = Combine(name);
        return Do("made", name, () => File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete));
    }

    public override void CreateSymbolicLink(byte[] name, byte[] target)
    {
        string path = Combine(name);
        string to = Wtf8.GetString(target)
            ?? throw WindowsError.Make(FileSystemReason.NotSupported, "made a symbolic link", name, "its target holds bytes that no path on Windows can hold");
        RequireFree(name, "made a symbolic link");

        // Windows keeps in the link itself whether it leads to a directory.
        Do<FileSystemInfo>("made a symbolic link", name, () => Directory.Exists(Path.Join(_path, to))
            ? Directory.CreateSymbolicLink(path, to)
            : File.CreateSymbolicLink(path, to));
    }

    public override void CreateNode(byte[] name, VtItemType type, int mode, uint deviceMajor, uint deviceMinor) =>
        throw WindowsError.Make(FileSystemReason.NotSupported, $"made a {type}", name, "Windows has none in its file systems");

    public override void CreateHardLink(byte[] name, DirectoryHandle directory, byte[] existing) =>
        throw WindowsError.Make(FileSystemReason.NotSupported, "made a hard link", name, "VtPS makes none on Windows yet");

    public override void Rename(byte[] from, byte[] to)
    {
        string source = Combine(from);
        string target = Combine(to);
        bool isDirectory = GetStatus(from).Type == VtItemType.Directory;
        Do($"renamed to '{PathText.Format(to)}'", from, () =>
        {
            if (isDirectory)
            {
                Directory.Move(source, target);
            }
            else
            {
                File.Move(source, target, overwrite: true);
            }
        });
    }

    public override void MoveTo(byte[] name, DirectoryHandle target, byte[] newName)
    {
        string source = Combine(name);
        string path = ((WindowsDirectoryHandle)target).Combine(newName);
        bool isDirectory = GetStatus(name).Type == VtItemType.Directory;
        Do($"moved to '{PathText.Format(newName)}'", name, () =>
        {
            if (isDirectory)
            {
                Directory.Move(source, path);
            }
            else
            {
                File.Move(source, path, overwrite: false);
            }
        });
    }

    public override bool TryExchange(byte[] name, DirectoryHandle other, byte[] otherName) => false;

    public override void DeleteFile(byte[] name)
    {
        string path = Combine(name);
        FileStatus status = GetStatus(name);
        if (status.Type == VtItemType.Directory)
        {
            throw WindowsError.Make(FileSystemReason.IsADirectory, "deleted", name, "it is a directory");
        }

        Do("deleted", name, () =>
        {
            // A link to a directory is itself a directory to Windows.
            if ((status.WindowsAttributes & (uint)FileAttributes.Directory) != 0)
            {
                Directory.Delete(path, recursive: false);
            }
            else
            {
                File.Delete(path);
            }
        });
    }

    public override void DeleteDirectory(byte[] name)
    {
        string path = Combine(name);
        if (GetStatus(name).Type != VtItemType.Directory)
        {
            throw WindowsError.Make(FileSystemReason.NotADirectory, "deleted", name, "it is not a directory");
        }

        Do("deleted", name, () => Directory.Delete(path, recursive: false));
    }

    public override void SetLength(SafeFileHandle file, long length) => Do($"made {length} bytes long", null, () => RandomAccess.SetLength(file, length));

    public override void SetOwner(byte[]? name, uint userId, uint groupId) => throw NoOwners(name);

    public override void SetOwner(SafeFileHandle file, uint userId, uint groupId) => throw NoOwners(null);

    /// <summary>The owner's right to write is the read-only attribute of files; there is nothing like the other bits.</summary>
    public override void SetMode(byte[]? name, int mode)
    {
        string path = name is null ? _path : Combine(name);
        Do("given its mode", name, () =>
        {
            FileAttributes attributes = File.GetAttributes(path);
            if ((attributes & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == 0)
            {
                File.SetAttributes(path, WithMode(attributes, mode));
            }
        });
    }

    public override void SetMode(SafeFileHandle file, int mode) =>
        Do("given its mode", null, () => File.SetAttributes(file, WithMode(File.GetAttributes(file), mode)));

    public override void SetModified(byte[]? name, FileTime time)
    {
        string path = name is null ? _path : Combine(name);
        DateTime value = ToDateTime(name, time);
        Do("given its time", name, () =>
        {
            FileAttributes attributes = File.GetAttributes(path);
            if ((attributes & FileAttributes.ReparsePoint) != 0)
            {
                // .NET would follow the link; the time of the link itself is left as it is.
                return;
            }

            if ((attributes & FileAttributes.Directory) != 0)
            {
                Directory.SetLastWriteTimeUtc(path, value);
            }
            else
            {
                File.SetLastWriteTimeUtc(path, value);
            }
        });
    }

    public override void SetModified(SafeFileHandle file, FileTime time)
    {
        DateTime value = ToDateTime(null, time);
        Do("given its time", null, () => File.SetLastWriteTimeUtc(file, value));
    }

    public override void SetExtendedAttribute(byte[]? name, ExtendedAttribute attribute) => throw NoExtendedAttributes(name, attribute);

    public override void SetExtendedAttribute(SafeFileHandle file, ExtendedAttribute attribute) => throw NoExtendedAttributes(null, attribute);

    public override void RemoveExtendedAttribute(byte[]? name, byte[] attribute)
    {
    }

    public override void SetWindowsAttributes(byte[]? name, uint attributes)
    {
        const FileAttributes Settable = FileAttributes.ReadOnly | FileAttributes.Hidden | FileAttributes.System | FileAttributes.Archive
            | FileAttributes.NotContentIndexed | FileAttributes.Temporary | FileAttributes.Offline;
        string path = name is null ? _path : Combine(name);
        Do("given its attributes", name, () => File.SetAttributes(path, (FileAttributes)attributes & Settable));
    }

    /// <summary>Windows makes names durable by its journal; a directory cannot be flushed.</summary>
    public override void Flush()
    {
    }

    public override void FlushFileSystem()
    {
    }

    public override void Dispose()
    {
    }

    private static DirectoryEntryName ReadEntry(ref FileSystemEntry entry) => new(
        Wtf8.GetBytes(entry.FileName),
        (entry.Attributes & FileAttributes.ReparsePoint) != 0 ? VtItemType.Unknown : entry.IsDirectory ? VtItemType.Directory : VtItemType.File);

    private static FileStatus? ReadStatus(string path)
    {
        FileInfo info = new(path);
        FileAttributes attributes = info.Attributes;
        if ((int)attributes == -1)
        {
            return null;
        }

        bool isLink = (attributes & FileAttributes.ReparsePoint) != 0 && info.LinkTarget is not null;
        bool isFile = !isLink && (attributes & FileAttributes.Directory) == 0;
        return MakeStatus(attributes, isFile ? info.Length : 0, info.LastWriteTimeUtc, isLink);
    }

    private static FileStatus MakeStatus(FileAttributes attributes, long size, DateTime modified, bool isLink)
    {
        bool isDirectory = (attributes & FileAttributes.Directory) != 0;
        long seconds = Math.DivRem(modified.Ticks - DateTime.UnixEpoch.Ticks, TimeSpan.TicksPerSecond, out long rest);
        if (rest < 0)
        {
            seconds--;
            rest += TimeSpan.TicksPerSecond;
        }

        return new FileStatus
        {
            Type = isLink ? VtItemType.SymbolicLink : isDirectory ? VtItemType.Directory : VtItemType.File,
            Mode = isLink ? 0x1ff : isDirectory ? 0x1ed : (attributes & FileAttributes.ReadOnly) != 0 ? 0x124 : 0x1a4,
            Size = size,
            Allocated = size,
            Modified = new FileTime(seconds, (int)rest * 100),
            LinkCount = 1,
            WindowsAttributes = (uint)attributes,
        };
    }

    private static DateTime ToDateTime(byte[]? name, FileTime time)
    {
        const long First = -11644473600;
        const long Last = 253402300799;
        return time.Seconds is > First and <= Last
            ? DateTime.UnixEpoch.AddTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100))
            : throw WindowsError.Make(FileSystemReason.NotSupported, "given its time", name, "Windows keeps times from 1601 to 9999 only");
    }

    private static FileAttributes WithMode(FileAttributes attributes, int mode) =>
        (mode & 0x80) == 0 ? attributes | FileAttributes.ReadOnly : attributes & ~FileAttributes.ReadOnly;

    private static FileSystemException NoOwners(byte[]? name) =>
        WindowsError.Make(FileSystemReason.NotSupported, "given its owner", name, "owners are not kept on Windows");

    private static FileSystemException NoExtendedAttributes(byte[]? name, ExtendedAttribute attribute) => WindowsError.Make(
        FileSystemReason.NotSupported, $"given the extended attribute {PathText.Format(attribute.Name)}", name, "extended attributes are not kept on Windows");

    private static void Do(string action, byte[]? name, Action step)
    {
        try
        {
            step();
        }
        catch (Exception e) when (WindowsError.IsFailure(e))
        {
            throw WindowsError.Translate(e, action, name);
        }
    }

    private static T Do<T>(string action, byte[]? name, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (WindowsError.IsFailure(e))
        {
            throw WindowsError.Translate(e, action, name);
        }
    }

    private string Combine(byte[] name) => Path.Join(_path, WindowsError.GetName(name));

    private void RequireFree(byte[] name, string action)
    {
        if (TryGetStatus(name) is not null)
        {
            throw WindowsError.Make(FileSystemReason.Exists, action, name, "the name is taken");
        }
    }
}
