using VtPS.Engine.Stores;

namespace VtPS.Engine.Listing;

/// <summary>Lists the blocks of a backup's side-car, whose structure belongs to the trees and not to those who list.</summary>
internal static class SideCarReader
{
    /// <summary>The references of the side-car itself, in order; none where the backup has none.</summary>
    public static IAsyncEnumerable<VtBlockReference> ReadReferencesAsync(IBlockReader blocks, VtBackup backup, CancellationToken cancellationToken) =>
        ReferenceWalk.WalkAsync(blocks, backup.SideCar, cancellationToken);
}
