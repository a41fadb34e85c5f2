using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.Objects;

/// <summary>
/// A file whose lock this process holds until it disposes of this or ends: flock(2) on Unix, which the system frees with the last descriptor;
/// on Windows the open file itself, which others may read but not open to write.
/// </summary>
internal sealed class LockedFile(SafeFileHandle handle) : IAsyncDisposable
{
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    /// <summary>Takes the lock of a file that only its maker knows yet.</summary>
    /// <returns>False where the file system knows no locks.</returns>
    public static bool TryLock(SafeFileHandle handle) => OperatingSystem.IsWindows() || NativeFolder.Lock(handle) == 0;

    /// <summary>Whether anyone holds the lock; null where there is no file or the file system knows no locks.</summary>
    public static bool? IsHeld(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete).Dispose();
                return false;
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
            catch (IOException e) when (e.HResult == WindowsSharingViolation)
            {
                return true;
            }
        }

        int error = NativeFolder.OpenToRead(path, out SafeFileHandle? handle);
        if (handle is null)
        {
            return error is NativeFolder.NoEntry or NativeFolder.NotADirectory ? null : throw StorageErrors.FromNumber(error);
        }

        using (handle)
        {
            error = NativeFolder.LockToObserve(handle);
            return error == 0 ? false : error == NativeFolder.WouldBlock ? true : null;
        }
    }

    /// <summary>Frees the lock; the file stays.</summary>
    public ValueTask DisposeAsync()
    {
        handle.Dispose();
        return ValueTask.CompletedTask;
    }
}
