using VtPS.Engine.Stores;

namespace VtPS.Engine.Copies;

/// <summary>A missing block and where the source has it. Sorted as the source's data files are read.</summary>
internal readonly record struct LocatedBlock(MissingBlock Block, BlockLocation Location) : IComparable<LocatedBlock>
{
    public int CompareTo(LocatedBlock other) =>
        Location.File.CompareTo(other.Location.File) is var file and not 0 ? file
        : Location.RecordOffset.CompareTo(other.Location.RecordOffset) is var record and not 0 ? record
        : Location.BlockOffset.CompareTo(other.Location.BlockOffset);
}
