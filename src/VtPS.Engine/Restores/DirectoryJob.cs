using VtPS.Engine.Listing;

namespace VtPS.Engine.Restores;

/// <summary>A directory of a backup that is to be restored with what is below it.</summary>
/// <param name="Content">Its entries.</param>
/// <param name="Scope">What of it.</param>
/// <param name="Path">Where it is inside the backup.</param>
/// <param name="Node">Where its entries go.</param>
/// <param name="OwnsNode">Whether the work on the destination directory ends with this job.</param>
/// <param name="Sources">For the top of a restore in place: where each entry goes instead; else null.</param>
internal sealed record DirectoryJob(
    VtBlockReference Content, EntryScope Scope, TreePath Path, DestinationNode? Node, bool OwnsNode, InPlaceTargets? Sources = null);
