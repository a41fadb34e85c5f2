using VtPS.Engine.IO;

namespace VtPS.Engine.Backups;

/// <summary>One look at an entry of a live directory.</summary>
internal struct ScannedEntry
{
    public FileStatus Status;

    /// <summary>Why there is no <see cref="Status"/>.</summary>
    public Exception? Failure;

    /// <summary>Whether a rule leaves it out.</summary>
    public bool IsExcluded;

    /// <summary>The node of the paths given that it is; null below one that is walked as a whole.</summary>
    public SourceNode? Node;

    /// <summary>The directory that it lies in, where the entries of one part lie in several; whoever takes the part releases it.</summary>
    public SharedDirectory? Parent;
}
