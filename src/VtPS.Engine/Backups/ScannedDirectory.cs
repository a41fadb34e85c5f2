namespace VtPS.Engine.Backups;

/// <summary>A directory as the scanner found it.</summary>
internal sealed class ScannedDirectory
{
    /// <summary>The live directory; null at the top of single paths, on a file system that is not entered, and where it could not be opened.</summary>
    public SharedDirectory? Live { get; init; }

    /// <summary>Its name: the very array among the names of the directory that it lies in, which tells it from every other; null for the top.</summary>
    public byte[]? Name { get; init; }

    /// <summary>The names that are looked at, sorted by bytes.</summary>
    public required byte[][] Names { get; init; }

    /// <summary>Why it could not be opened or listed.</summary>
    public Exception? Failure { get; init; }
}
