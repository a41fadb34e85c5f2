namespace VtPS.Engine.IO;

/// <summary>The failures of a file system that a caller acts on.</summary>
internal enum FileSystemReason
{
    Other,
    NotFound,
    Denied,
    Exists,
    NotADirectory,
    IsADirectory,
    SymbolicLink,
    NotEmpty,
    Full,
    NotSupported,
    Stale,
}
