using System.Runtime.InteropServices;

namespace VtPS.Engine.Objects;

/// <summary>Turns failures of the file system into the errors that <see cref="IObjectStorage"/> promises.</summary>
internal static class StorageErrors
{
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>An error number of a system call as the exception .NET would have thrown.</summary>
    public static IOException FromNumber(int error) => new(Marshal.GetPInvokeErrorMessage(error), error);

    /// <summary>Whether to turn this exception into an error of the Store: failures of the file system, and none that has been turned already.</summary>
    public static bool IsFileSystemFailure(Exception e) =>
        e is (IOException or UnauthorizedAccessException or NotSupportedException or ArgumentOutOfRangeException)
            and not (ObjectNotFoundException or ObjectExistsException);

    /// <summary>The error for something that could not be written.</summary>
    /// <param name="location">The Store's path.</param>
    /// <param name="what">What was being done, such as "write 'data/…'".</param>
    /// <param name="cause">The failure.</param>
    public static VtException Write(string location, string what, Exception cause) => IsFull(cause)
        ? new VtException(
            VtErrorId.StoreFull,
            $"The file system of the Store '{location}' is full, or its quota is used up: could not {what}. What was in the Store before is untouched. "
                + "Free some space there, remove old backups and optimize the Store, or use another Store; then run the command again.",
            location,
            cause)
        : new VtException(
            VtErrorId.StoreWriteFailed,
            $"Could not {what} in the Store '{location}': {Reason(cause)} Check that its disk is mounted, writable and healthy; then run the command again.",
            location,
            cause);

    /// <summary>The error for something that could not be read; see <see cref="Write"/> for the parameters.</summary>
    public static VtException Read(string location, string what, Exception cause) => new(
        VtErrorId.StoreReadFailed,
        $"Could not {what} in the Store '{location}': {Reason(cause)} Check that its disk is mounted and healthy and that you may read it; then run the command again.",
        location,
        cause);

    private static string Reason(Exception cause)
    {
        string message = cause.Message.TrimEnd();
        return message.EndsWith('.') ? message : message + ".";
    }

    private static bool IsFull(Exception cause) => cause is IOException && (OperatingSystem.IsWindows()
        ? cause.HResult is WindowsDiskFull or WindowsHandleDiskFull
        : cause.HResult == NativeFolder.NoSpace || cause.HResult == NativeFolder.Quota);
}
