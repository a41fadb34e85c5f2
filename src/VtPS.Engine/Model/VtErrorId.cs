namespace VtPS;

/// <summary>The stable names of everything that can go wrong; a member's name is the id that users see and test for.</summary>
public enum VtErrorId
{
#pragma warning disable CS1591 // The names are the documentation; about_VtPS lists what each asks of the user.
    StoreNotFound, PathNotFound, BackupNotFound, ItemNotFound, BlockNotFound, PeerNotFound,
    StoreNotSpecified, StoreMismatch, PathNotFileSystem, PathNameClash, AmbiguousBackupId, InvalidHash,
    DestinationNotSpecified, DestinationConflict, EmptyRetention, InvalidArgument,
    StoreExists, StorePathNotEmpty, DestinationDiffers, NameExists,
    NotAStore, BlockDamaged, DataFileDamaged, UnsafePath,
    StoreFormatUnsupported, CodecUnavailable,
    StoreBusy,
    SourceDenied, DestinationDenied, PeerRightDenied,
    SourceReadFailed, SourceVanished,
    StoreReadFailed, StoreWriteFailed, StoreFull, DestinationWriteFailed,
    PasswordRequired, PasswordIncorrect,
    TooManyDeletes,
    EmptyRootRefused, LastKeyRefused,
    PeerUnreachable, PeerProtocolMismatch, PeerTimeout,
#pragma warning restore CS1591
}
