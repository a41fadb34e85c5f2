using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.IO;

/// <summary>
/// An open directory: everything is done by names in it. Names never contain a separator. No method follows a symlink in the last place.
/// Failures are <see cref="FileSystemException"/>. Safe for use by many threads, but not while it is disposed.
/// </summary>
internal abstract class DirectoryHandle : IDisposable
{
    // ---- looking ----

    /// <summary>All names but <c>.</c> and <c>..</c>, in no order.</summary>
    public abstract List<DirectoryEntryName> List();

    /// <summary>The status of the directory itself.</summary>
    public abstract FileStatus GetStatus();

    /// <summary>The status of an entry.</summary>
    public abstract FileStatus GetStatus(byte[] name);

    /// <summary>The status of an entry, or null where there is none.</summary>
    public abstract FileStatus? TryGetStatus(byte[] name);

    /// <summary>Opens a directory in this one; a symlink is not followed but fails with <see cref="FileSystemReason.NotADirectory"/>.</summary>
    public abstract DirectoryHandle OpenDirectory(byte[] name);

    /// <summary>Another handle of the same directory, disposed on its own.</summary>
    public abstract DirectoryHandle Duplicate();

    /// <summary>Opens a file to read, without following a symlink, without blocking on a pipe, and without changing its access time where that is allowed.</summary>
    public abstract SafeFileHandle OpenFile(byte[] name);

    /// <summary>The status of an open file.</summary>
    public abstract FileStatus GetStatus(SafeFileHandle file);

    /// <summary>A symlink's target, as bytes.</summary>
    public abstract byte[] ReadLink(byte[] name);

    /// <summary>The extended attributes of an entry (the symlink itself for a symlink), sorted by name bytes; empty where the file system has none.</summary>
    public abstract ExtendedAttribute[] GetExtendedAttributes(byte[] name);

    /// <summary>The extended attributes of the directory itself.</summary>
    public abstract ExtendedAttribute[] GetExtendedAttributes();

    /// <summary>The extended attributes of an open file.</summary>
    public abstract ExtendedAttribute[] GetExtendedAttributes(SafeFileHandle file);

    /// <summary>
    /// The next range of data at or after <paramref name="offset"/> (SEEK_DATA and SEEK_HOLE): where it begins and ends, or null where only a hole follows.
    /// On a file system that cannot tell, everything is data.
    /// </summary>
    public abstract (long Start, long End)? FindData(SafeFileHandle file, long offset, long size);

    // ---- making ----

    /// <summary>Makes a directory; <see cref="FileSystemReason.Exists"/> if the name is taken.</summary>
    public abstract void CreateDirectory(byte[] name, int mode);

    /// <summary>Makes a new empty file, open to read and write; fails if the name is taken.</summary>
    public abstract SafeFileHandle CreateFile(byte[] name, int mode);

    /// <summary>Makes a symbolic link.</summary>
    public abstract void CreateSymbolicLink(byte[] name, byte[] target);

    /// <summary>Makes a named pipe or a device.</summary>
    public abstract void CreateNode(byte[] name, VtItemType type, int mode, uint deviceMajor, uint deviceMinor);

    /// <summary>Gives the entry <paramref name="existing"/> of <paramref name="directory"/> a further name in this one.</summary>
    public abstract void CreateHardLink(byte[] name, DirectoryHandle directory, byte[] existing);

    /// <summary>Renames within this directory, over whatever file has the new name.</summary>
    public abstract void Rename(byte[] from, byte[] to);

    /// <summary>Gives an entry another name in the same or another directory of the same file system; <see cref="FileSystemReason.Exists"/> if that is taken.</summary>
    public abstract void MoveTo(byte[] name, DirectoryHandle target, byte[] newName);

    /// <summary>Lets an entry of this directory and one of another change places, in one step; false where the file system cannot.</summary>
    public abstract bool TryExchange(byte[] name, DirectoryHandle other, byte[] otherName);

    /// <summary>Removes a file, link, pipe or device.</summary>
    public abstract void DeleteFile(byte[] name);

    /// <summary>Removes an empty directory.</summary>
    public abstract void DeleteDirectory(byte[] name);

    /// <summary>Sets the length of an open file; what it grows by is a hole.</summary>
    public abstract void SetLength(SafeFileHandle file, long length);

    // ---- metadata; a file of the open handle, an entry by name, or (name null, which the priority lets be written so) the directory itself ----

    [OverloadResolutionPriority(1)]
    public abstract void SetOwner(byte[]? name, uint userId, uint groupId);

    public abstract void SetOwner(SafeFileHandle file, uint userId, uint groupId);

    /// <summary>Sets the permission bits; never of a symlink.</summary>
    [OverloadResolutionPriority(1)]
    public abstract void SetMode(byte[]? name, int mode);

    public abstract void SetMode(SafeFileHandle file, int mode);

    /// <summary>Sets the time of the last write, of the symlink itself for a symlink.</summary>
    [OverloadResolutionPriority(1)]
    public abstract void SetModified(byte[]? name, FileTime time);

    public abstract void SetModified(SafeFileHandle file, FileTime time);

    /// <summary>Sets one extended attribute, on the symlink itself for a symlink.</summary>
    [OverloadResolutionPriority(1)]
    public abstract void SetExtendedAttribute(byte[]? name, ExtendedAttribute attribute);

    public abstract void SetExtendedAttribute(SafeFileHandle file, ExtendedAttribute attribute);

    /// <summary>Removes one extended attribute; one that is not there is no error.</summary>
    public abstract void RemoveExtendedAttribute(byte[]? name, byte[] attribute);

    /// <summary>Sets Windows file attributes; does nothing on Unix.</summary>
    public abstract void SetWindowsAttributes(byte[]? name, uint attributes);

    /// <summary>Makes the names of this directory durable.</summary>
    public abstract void Flush();

    /// <summary>Makes everything on the directory's file system durable; does nothing where the platform cannot (Windows).</summary>
    public abstract void FlushFileSystem();

    public abstract void Dispose();
}
