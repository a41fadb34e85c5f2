using VtPS.Engine.IO;

namespace VtPS.Engine.Stores;

/// <summary>The body of a data file's trailer: for each record its length, and hash and length of each of its blocks.</summary>
internal static class DataFileTrailer
{
    public static void Write(ByteWriter body, IReadOnlyList<IndexedRecord> records)
    {
        body.WriteByte((byte)RecordKind.Trailer);
        body.WriteVarUInt((ulong)records.Count);
        foreach (IndexedRecord record in records)
        {
            body.WriteVarUInt((ulong)record.Length);
            body.WriteVarUInt((ulong)record.Blocks.Count);
            for (int i = 0; i < record.Blocks.Count; i++)
            {
                (VtHash hash, int length) = record.Blocks[i];
                body.WriteBytes(hash.Span);
                body.WriteVarUInt((ulong)length);
            }
        }
    }

    /// <summary>Reads a trailer's body.</summary>
    /// <param name="body">The body, opened.</param>
    /// <param name="hashName">The Store's hash function.</param>
    /// <param name="end">Where the trailer begins in the file, in bytes: the records must reach just to there.</param>
    /// <exception cref="InvalidDataException">It is not a trailer, or its records do not add up.</exception>
    public static List<IndexedRecord> Read(ReadOnlySpan<byte> body, VtHashName hashName, long end)
    {
        ByteReader reader = new(body);
        if (reader.ReadByte() != (byte)RecordKind.Trailer)
        {
            throw new InvalidDataException("The record is not a trailer.");
        }

        int count = reader.ReadInt32();
        int size = VtHashNames.Size(hashName);
        List<IndexedRecord> records = new(Math.Min(count, 4096));
        long offset = DataFileFormat.HeaderLength;
        for (int i = 0; i < count; i++)
        {
            int length = reader.ReadInt32();
            if (length is <= DataFileFormat.PrefixLength or > DataFileFormat.MaximumRecord)
            {
                throw new InvalidDataException($"The trailer announces a record of {length} bytes, which no record has.");
            }

            int blockCount = reader.ReadInt32();
            if (blockCount > reader.Rest.Length / (size + 1))
            {
                throw new InvalidDataException("The trailer announces more blocks than it has.");
            }

            (VtHash, int)[] blocks = new (VtHash, int)[blockCount];
            long plain = 0;
            for (int j = 0; j < blocks.Length; j++)
            {
                VtHash hash = new(hashName, reader.ReadBytes(size).ToArray());
                blocks[j] = (hash, reader.ReadInt32());
                plain += blocks[j].Item2;
            }

            if (plain > DataFileFormat.MaximumBlock)
            {
                throw new InvalidDataException($"The trailer announces {plain} bytes of content in one record, which is more than a record can have.");
            }

            records.Add(new IndexedRecord(offset, length, blocks));
            offset += length;
        }

        return offset == end ? records : throw new InvalidDataException("The trailer's records do not reach to the trailer.");
    }
}
