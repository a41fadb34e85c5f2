using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.Objects;

/// <summary>
/// The system calls that a durable folder needs and .NET does not offer, on Linux and macOS. Paths are UTF-8.
/// Each returns 0 or the error number; none throws but where it says so.
/// </summary>
internal static partial class NativeFolder
{
    public const int NoEntry = 2;
    public const int Denied = 13;
    public const int Exists = 17;
    public const int NotADirectory = 20;
    public const int NoSpace = 28;

    private const int Interrupted = 4;
    private const int LockShared = 1;
    private const int LockExclusive = 2;
    private const int LockNoWait = 4;
    private const int WorkingDirectory = -100;
    private const uint RenameNoReplace = 1;
    private const uint RenameExclusiveMac = 4;
    private const uint SyncFileRangeWrite = 2;

    private static bool s_noRename;
    private static bool s_noWriteOut;

    /// <summary>EWOULDBLOCK.</summary>
    public static int WouldBlock { get; } = OperatingSystem.IsMacOS() ? 35 : 11;

    /// <summary>EDQUOT.</summary>
    public static int Quota { get; } = OperatingSystem.IsMacOS() ? 69 : 122;

    /// <summary>
    /// Opens a file or a folder to read, without waiting on a pipe. Not by .NET, which puts its own shared lock on every file that it opens:
    /// a reader would be refused while the lock of a lease is held, and would look like its holder otherwise.
    /// </summary>
    public static int OpenToRead(string path, out SafeFileHandle? handle)
    {
        // open(2) takes variable arguments, but without O_CREAT there is no third one to pass the wrong way.
        int flags = OperatingSystem.IsMacOS() ? 0x0100_0000 | 0x4 : 0x8_0000 | 0x800;
        int descriptor;
        int error;
        do
        {
            descriptor = Open(path, flags);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Interrupted);
        handle = error == 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : null;
        return error;
    }

    /// <summary>Makes a folder that only this user can enter.</summary>
    public static int MakeFolder(string path) => Result(MakeDirectory(path, 0x1C0));

    /// <summary>Makes a folder's names durable. A file system that cannot do that for folders is taken at its word.</summary>
    /// <exception cref="IOException">The medium failed.</exception>
    public static int FlushFolder(string path)
    {
        int error = OpenToRead(path, out SafeFileHandle? handle);
        if (handle is not null)
        {
            using (handle)
            {
                RandomAccess.FlushToDisk(handle);
            }
        }
        else if (error == Denied)
        {
            // One may be allowed to make names in a folder but not to open it; then everything is flushed.
            FlushEverything();
            error = 0;
        }

        return error;
    }

    /// <summary>Gives a file another name on the same file system if that name is free, in one step; <see cref="Exists"/> if it is taken.</summary>
    public static int Rename(string from, string to)
    {
        if (!s_noRename)
        {
            try
            {
                int error = Result(OperatingSystem.IsMacOS()
                    ? RenameExclusive(from, to, RenameExclusiveMac)
                    : RenameAt(WorkingDirectory, from, WorkingDirectory, to, RenameNoReplace));
                if (error is 0 or Exists or NoEntry or NoSpace || error == Quota)
                {
                    return error;
                }
            }
            catch (EntryPointNotFoundException)
            {
                s_noRename = true;
            }
        }

        // NFS and others cannot rename in that way, but a link never replaces anything either.
        int linked = Result(Link(from, to));
        if (linked == 0)
        {
            // Should this fail, the second name is swept with the owner's other leftovers.
            Unlink(from);
        }

        return linked;
    }

    /// <summary>Removes a file.</summary>
    public static int Remove(string path) => Result(Unlink(path));

    /// <summary>Takes the exclusive lock of an open file, if it is free; held until every copy of the descriptor is closed.</summary>
    public static int Lock(SafeFileHandle handle) => Flock(handle, LockExclusive | LockNoWait);

    /// <summary>Takes the shared lock, which is refused while the exclusive one is held, and which two observers can hold at once.</summary>
    public static int LockToObserve(SafeFileHandle handle) => Flock(handle, LockShared | LockNoWait);

    /// <summary>Begins to write a range of the file out to the medium, so that a later flush has less to wait for. Only a hint; does nothing but on Linux.</summary>
    public static void StartWriteOut(SafeFileHandle handle, long offset, long count)
    {
        if (s_noWriteOut || !OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = SyncFileRange(handle, offset, count, SyncFileRangeWrite);
        }
        catch (EntryPointNotFoundException)
        {
            s_noWriteOut = true;
        }
    }

    private static int Flock(SafeFileHandle handle, int operation)
    {
        int error;
        do
        {
            error = Result(FileLock(handle, operation));
        }
        while (error == Interrupted);
        return error;
    }

    private static int Result(int returned) => returned < 0 ? Marshal.GetLastPInvokeError() : 0;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "sync")]
    private static partial void FlushEverything();

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "renamex_np", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameExclusive(string from, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FileLock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long count, uint flags);
}
