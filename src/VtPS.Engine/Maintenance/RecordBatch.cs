using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>Records of a data file that stand one after the other and are read at once.</summary>
/// <param name="File">The data file.</param>
/// <param name="First">The number of the first in the file.</param>
/// <param name="Records">The records.</param>
internal sealed record RecordBatch(DataFileId File, int First, IReadOnlyList<IndexedRecord> Records)
{
    /// <summary>Long enough that a read costs little, short enough that all cores have work: in bytes.</summary>
    public const int TargetLength = 4 << 20;

    public long Offset => Records[0].Offset;

    /// <summary>In bytes.</summary>
    public int Length => (int)(Records[^1].Offset + Records[^1].Length - Offset);

    /// <summary>Cuts the chosen records of a file into batches.</summary>
    /// <param name="file">The file.</param>
    /// <param name="records">All its records.</param>
    /// <param name="chosen">Says of a record whether it is to be read; asked once for each, in order.</param>
    public static IEnumerable<RecordBatch> Cut(DataFileId file, List<IndexedRecord> records, Func<IndexedRecord, bool> chosen)
    {
        int first = -1;
        for (int i = 0; i < records.Count; i++)
        {
            bool take = chosen(records[i]);
            if (first >= 0 && (!take || records[i].Offset + records[i].Length - records[first].Offset > TargetLength))
            {
                yield return new RecordBatch(file, first, records.GetRange(first, i - first));
                first = -1;
            }

            if (take && first < 0)
            {
                first = i;
            }
        }

        if (first >= 0)
        {
            yield return new RecordBatch(file, first, records.GetRange(first, records.Count - first));
        }
    }
}
