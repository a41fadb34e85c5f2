using VtPS.Engine.Stores;

namespace VtPS.Engine.Copies;

/// <summary>Missing blocks of one of the source's records. Sorted as the source's data files are read. For one thread at a time.</summary>
/// <param name="at">Where the source has one of them.</param>
internal sealed class RecordBlocks(BlockLocation at) : IComparable<RecordBlocks>
{
    private int _length;

    /// <summary>Where the record is. One that the source does not know has no length, and stands in a file that there is not.</summary>
    public BlockLocation At => at;

    /// <summary>The blocks; in the record's order once <see cref="Sort"/> was called.</summary>
    public List<LocatedBlock> Blocks { get; } = [];

    /// <summary>Whether the record has no other blocks.</summary>
    public bool IsWhole => _length == at.PlainLength && at.RecordLength > 0;

    /// <summary>Adds a block that was not added before.</summary>
    public void Add(MissingBlock block, BlockLocation location)
    {
        Blocks.Add(new LocatedBlock(block, location.BlockOffset, location.BlockLength));
        _length += location.BlockLength;
    }

    /// <summary>Brings the blocks into the record's order.</summary>
    public void Sort()
    {
        for (int i = 1; i < Blocks.Count; i++)
        {
            if (Blocks[i].Offset < Blocks[i - 1].Offset)
            {
                Blocks.Sort(static (x, y) => x.Offset.CompareTo(y.Offset));
                return;
            }
        }
    }

    public int CompareTo(RecordBlocks? other) =>
        other is null ? 1
        : at.File.CompareTo(other.At.File) is var file and not 0 ? file
        : at.RecordOffset.CompareTo(other.At.RecordOffset);
}
