using System.Security.Cryptography;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Tests.Index;

/// <summary>Made-up data files with made-up blocks; the same arguments give the same ones.</summary>
internal static class IndexSample
{
    public static readonly IReadOnlySet<DataFileId> None = new HashSet<DataFileId>();

    public static VtHash Hash(VtHashName name, int number) =>
        new(name, SHA512.HashData(BitConverter.GetBytes(number)).AsSpan(0, VtHashNames.Size(name)).ToArray());

    public static DataFileId File(int number) => new(0x1234, (ulong)number);

    /// <summary>Records of a file in which the blocks stand in this order, up to three in a record.</summary>
    public static List<IndexedRecord> Records(VtHashName name, params int[] blocks)
    {
        List<IndexedRecord> records = [];
        long offset = 100;
        for (int i = 0; i < blocks.Length;)
        {
            int count = Math.Min(1 + (records.Count % 3), blocks.Length - i);
            List<(VtHash, int)> content = [];
            for (int j = 0; j < count; j++, i++)
            {
                content.Add((Hash(name, blocks[i]), 1000 + blocks[i]));
            }

            int length = 500 + records.Count;
            records.Add(new IndexedRecord(offset, length, content));
            offset += length;
        }

        return records;
    }

    /// <summary>Every place of every block in the records, by plain reckoning.</summary>
    public static IEnumerable<(VtHash Hash, BlockLocation Location)> Places(DataFileId file, IReadOnlyList<IndexedRecord> records)
    {
        for (int number = 0; number < records.Count; number++)
        {
            IndexedRecord record = records[number];
            int offset = 0;
            foreach ((VtHash hash, int length) in record.Blocks)
            {
                yield return (hash, new BlockLocation(file, record.Offset, record.Length, number, offset, length, record.PlainLength));
                offset += length;
            }
        }
    }

    public static Dictionary<DataFileId, long> Listing(params (int File, long Length)[] files) => files.ToDictionary(f => File(f.File), f => f.Length);

    public static HashSet<DataFileId> Set(params int[] files) => [.. files.Select(File)];
}
