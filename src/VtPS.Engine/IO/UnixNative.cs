using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.IO;

/// <summary>
/// The calls into the C library. All arguments are blittable, names are pointers to NUL-terminated bytes, and errors stay in errno:
/// the callers in this folder turn them into <see cref="FileSystemException"/>.
/// </summary>
/// <remarks>
/// Functions that are variadic in C (<c>openat</c>, <c>fcntl</c>, <c>syscall</c>) are called here as if they were not. That is right where
/// variadic arguments travel in registers, as on Linux; on macOS on arm64 they do not.
/// </remarks>
internal static unsafe partial class UnixNative
{
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    internal static partial int OpenAt(SafeFileHandle directory, byte* path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Control(SafeFileHandle file, int command, int argument);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    internal static partial int StatX(SafeFileHandle directory, byte* path, int flags, uint mask, byte* status);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint Call(nint number, SafeFileHandle file, nint second, nint third, nint fourth);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint Call(nint number, SafeFileHandle file, nint second, SafeFileHandle third, nint fourth, nint fifth);

    [LibraryImport(Library, EntryPoint = "readlinkat", SetLastError = true)]
    internal static partial nint ReadLinkAt(SafeFileHandle directory, byte* path, byte* buffer, nint length);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    internal static partial int MakeDirectoryAt(SafeFileHandle directory, byte* path, uint mode);

    [LibraryImport(Library, EntryPoint = "symlinkat", SetLastError = true)]
    internal static partial int SymbolicLinkAt(byte* target, SafeFileHandle directory, byte* path);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    internal static partial int LinkAt(SafeFileHandle fromDirectory, byte* from, SafeFileHandle toDirectory, byte* to, int flags);

    [LibraryImport(Library, EntryPoint = "renameat", SetLastError = true)]
    internal static partial int RenameAt(SafeFileHandle fromDirectory, byte* from, SafeFileHandle toDirectory, byte* to);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    internal static partial int UnlinkAt(SafeFileHandle directory, byte* path, int flags);

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true)]
    internal static partial int ChangeOwnerAt(SafeFileHandle directory, byte* path, uint user, uint group, int flags);

    [LibraryImport(Library, EntryPoint = "fchown", SetLastError = true)]
    internal static partial int ChangeOwner(SafeFileHandle file, uint user, uint group);

    [LibraryImport(Library, EntryPoint = "fchmodat", SetLastError = true)]
    internal static partial int ChangeModeAt(SafeFileHandle directory, byte* path, uint mode, int flags);

    [LibraryImport(Library, EntryPoint = "chmod", SetLastError = true)]
    internal static partial int ChangeModeByPath(byte* path, uint mode);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int ChangeMode(SafeFileHandle file, uint mode);

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true)]
    internal static partial int SetTimesAt(SafeFileHandle directory, byte* path, long* accessAndModified, int flags);

    [LibraryImport(Library, EntryPoint = "futimens", SetLastError = true)]
    internal static partial int SetTimes(SafeFileHandle file, long* accessAndModified);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Truncate(SafeFileHandle file, long length);

    [LibraryImport(Library, EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(SafeFileHandle file, long offset, int whence);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Synchronize(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "syncfs", SetLastError = true)]
    internal static partial int SynchronizeFileSystem(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "flistxattr", SetLastError = true)]
    internal static partial nint ListAttributes(SafeFileHandle file, byte* names, nint length);

    [LibraryImport(Library, EntryPoint = "llistxattr", SetLastError = true)]
    internal static partial nint ListAttributesByPath(byte* path, byte* names, nint length);

    [LibraryImport(Library, EntryPoint = "fgetxattr", SetLastError = true)]
    internal static partial nint GetAttribute(SafeFileHandle file, byte* name, byte* value, nint length);

    [LibraryImport(Library, EntryPoint = "lgetxattr", SetLastError = true)]
    internal static partial nint GetAttributeByPath(byte* path, byte* name, byte* value, nint length);

    [LibraryImport(Library, EntryPoint = "fsetxattr", SetLastError = true)]
    internal static partial int SetAttribute(SafeFileHandle file, byte* name, byte* value, nint length, int flags);

    [LibraryImport(Library, EntryPoint = "lsetxattr", SetLastError = true)]
    internal static partial int SetAttributeByPath(byte* path, byte* name, byte* value, nint length, int flags);

    [LibraryImport(Library, EntryPoint = "fremovexattr", SetLastError = true)]
    internal static partial int RemoveAttribute(SafeFileHandle file, byte* name);

    [LibraryImport(Library, EntryPoint = "lremovexattr", SetLastError = true)]
    internal static partial int RemoveAttributeByPath(byte* path, byte* name);

    // These four return the error number instead of setting errno.

    [LibraryImport(Library, EntryPoint = "getpwuid_r")]
    internal static partial int GetUserById(uint id, byte* record, byte* buffer, nint length, byte** result);

    [LibraryImport(Library, EntryPoint = "getgrgid_r")]
    internal static partial int GetGroupById(uint id, byte* record, byte* buffer, nint length, byte** result);

    [LibraryImport(Library, EntryPoint = "getpwnam_r")]
    internal static partial int GetUserByName(byte* name, byte* record, byte* buffer, nint length, byte** result);

    [LibraryImport(Library, EntryPoint = "getgrnam_r")]
    internal static partial int GetGroupByName(byte* name, byte* record, byte* buffer, nint length, byte** result);
}
