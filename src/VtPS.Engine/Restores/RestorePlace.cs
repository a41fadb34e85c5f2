using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>An entry and where it goes.</summary>
/// <param name="Node">The directory that it goes to.</param>
/// <param name="Directory">That directory's handle.</param>
/// <param name="Name">The name that it gets there.</param>
/// <param name="Entry">The entry.</param>
/// <param name="Path">Where it is inside the backup.</param>
internal readonly record struct RestorePlace(DestinationNode Node, DirectoryHandle Directory, byte[] Name, TreeEntry Entry, ItemPath Path)
{
    /// <summary>The status of what is there; null where nothing is. In a directory that this restore made there is only what it put there itself.</summary>
    public FileStatus? TryGetStatus() => Node.IsNew ? null : Directory.TryGetStatus(Name);
}
