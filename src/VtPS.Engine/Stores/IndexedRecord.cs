namespace VtPS.Engine.Stores;

/// <summary>A record as a data file's trailer lists it.</summary>
/// <param name="Offset">Where the record begins in the file, in bytes.</param>
/// <param name="Length">Its whole length in the file, in bytes.</param>
/// <param name="Blocks">The blocks in it, in their order: hash (as long as the Store's hash function gives) and length in bytes.</param>
internal sealed record IndexedRecord(long Offset, int Length, IReadOnlyList<(VtHash Hash, int Length)> Blocks)
{
    /// <summary>The record's number in the file, where its place in the list does not give it: records before it may be lost. Null: its place, from 0.</summary>
    public int? Number { get; init; }

    /// <summary>The length of the record's plain content, in bytes.</summary>
    public int PlainLength
    {
        get
        {
            int sum = 0;
            for (int i = 0; i < Blocks.Count; i++)
            {
                sum += Blocks[i].Length;
            }

            return sum;
        }
    }
}
