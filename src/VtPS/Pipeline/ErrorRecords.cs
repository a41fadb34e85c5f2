using System.Management.Automation;
using VtPS.Engine.Operations;

namespace VtPS.Pipeline;

/// <summary>Turns the engine's errors into PowerShell's: id, category and target.</summary>
internal static class ErrorRecords
{
    /// <summary>The record of an error of the engine.</summary>
    /// <param name="exception">The error.</param>
    /// <param name="target">What the record names where the error itself names nothing.</param>
    public static ErrorRecord From(VtException exception, object? target = null) =>
        new(exception, exception.ErrorId.ToString(), Category(exception.ErrorId), exception.Target ?? target);

    /// <summary>The record of an error about one item.</summary>
    public static ErrorRecord From(VtError error) => From(new VtException(error.Id, error.Message, error.Target, error.Cause));

    /// <summary>Whether an error ends a command: the Store itself cannot be used. Any other is about one item, and the work goes on.</summary>
    public static bool EndsCommand(VtErrorId id) => id is VtErrorId.StoreNotFound or VtErrorId.StoreNotSpecified or VtErrorId.StoreMismatch
        or VtErrorId.NotAStore or VtErrorId.StoreFormatUnsupported or VtErrorId.CodecUnavailable or VtErrorId.StoreBusy
        or VtErrorId.StoreReadFailed or VtErrorId.StoreWriteFailed or VtErrorId.StoreFull
        or VtErrorId.PasswordRequired or VtErrorId.PasswordIncorrect;

    /// <summary>The category of each id.</summary>
    public static ErrorCategory Category(VtErrorId id) => id switch
    {
        VtErrorId.StoreNotFound or VtErrorId.PathNotFound or VtErrorId.BackupNotFound or VtErrorId.ItemNotFound
            or VtErrorId.BlockNotFound or VtErrorId.PeerNotFound => ErrorCategory.ObjectNotFound,
        VtErrorId.StoreNotSpecified or VtErrorId.StoreMismatch or VtErrorId.PathNotFileSystem or VtErrorId.PathNameClash
            or VtErrorId.AmbiguousBackupId or VtErrorId.InvalidHash or VtErrorId.DestinationNotSpecified
            or VtErrorId.DestinationConflict or VtErrorId.EmptyRetention or VtErrorId.InvalidArgument => ErrorCategory.InvalidArgument,
        VtErrorId.StoreExists or VtErrorId.StorePathNotEmpty or VtErrorId.DestinationDiffers or VtErrorId.NameExists => ErrorCategory.ResourceExists,
        VtErrorId.NotAStore or VtErrorId.BlockDamaged or VtErrorId.DataFileDamaged or VtErrorId.UnsafePath => ErrorCategory.InvalidData,
        VtErrorId.StoreFormatUnsupported or VtErrorId.CodecUnavailable => ErrorCategory.NotImplemented,
        VtErrorId.StoreBusy => ErrorCategory.ResourceBusy,
        VtErrorId.SourceDenied or VtErrorId.DestinationDenied or VtErrorId.PeerRightDenied => ErrorCategory.PermissionDenied,
        VtErrorId.SourceReadFailed or VtErrorId.SourceVanished or VtErrorId.StoreReadFailed => ErrorCategory.ReadError,
        VtErrorId.StoreWriteFailed or VtErrorId.StoreFull or VtErrorId.DestinationWriteFailed => ErrorCategory.WriteError,
        VtErrorId.PasswordRequired or VtErrorId.PasswordIncorrect => ErrorCategory.AuthenticationError,
        VtErrorId.TooManyDeletes => ErrorCategory.LimitsExceeded,
        VtErrorId.EmptyRootRefused or VtErrorId.LastKeyRefused => ErrorCategory.InvalidOperation,
        VtErrorId.PeerUnreachable => ErrorCategory.ConnectionError,
        VtErrorId.PeerProtocolMismatch => ErrorCategory.ProtocolError,
        VtErrorId.PeerTimeout => ErrorCategory.OperationTimeout,
        _ => ErrorCategory.NotSpecified,
    };
}
