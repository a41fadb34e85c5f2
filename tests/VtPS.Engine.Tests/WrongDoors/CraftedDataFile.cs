using VtPS.Engine.Hashing;
using VtPS.Engine.IO;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Tests.WrongDoors;

/// <summary>Data files whose checksums, or seals, fit whatever they say.</summary>
internal static class CraftedDataFile
{
    /// <summary>Puts a data file of these bodies of records, and this body of a trailer, into a Store.</summary>
    /// <param name="door">The Store.</param>
    /// <param name="bodies">The bodies of the records.</param>
    /// <param name="trailer">Makes the trailer's body from the whole lengths of the records.</param>
    /// <param name="hole">How many bytes of nothing stand between the records and the trailer.</param>
    /// <returns>The file's id.</returns>
    public static async Task<DataFileId> PutAsync(DoorStore door, byte[][] bodies, Func<int[], byte[]> trailer, long hole = 0)
    {
        await using StoreSession session = await door.OpenAsync();
        DataFileId id = DataFileId.New();
        byte[] header = new byte[DataFileFormat.HeaderLength];
        DataFileFormat.WriteHeader(header, VtHashName.Sha256, DataFileContent.Files, session.Seals.Epoch, id, DataFileId.New());
        RecordSeal seal = session.Seals.ForNewFile(id, header);
        byte[][] records = [.. bodies.Select((body, i) => Close(seal, body, (uint)i))];
        byte[] end = Close(seal, trailer([.. records.Select(record => record.Length)]), DataFileFormat.TrailerNumber);
        string path = Path.Combine(door.Path, StoreNames.DataFile(id));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using FileStream file = File.Create(path);
        file.Write(header);
        foreach (byte[] record in records)
        {
            file.Write(record);
        }

        file.Position += hole;
        long start = file.Position;
        file.Write(end);
        byte[] closing = new byte[DataFileFormat.ClosingLength];
        DataFileFormat.WriteClosing(closing, start, start + end.Length + closing.Length);
        file.Write(closing);
        return id;
    }

    /// <summary>The body of a record of blocks that says just this.</summary>
    public static byte[] Body(byte codec, ulong count, ulong plainLength, IEnumerable<(byte[] Block, ulong Length)> blocks, ulong payloadLength, byte[] payload)
    {
        ByteWriter body = new();
        body.WriteByte((byte)RecordKind.Blocks);
        body.WriteByte(codec);
        body.WriteVarUInt(count);
        body.WriteVarUInt(plainLength);
        foreach ((byte[] block, ulong length) in blocks)
        {
            body.WriteBytes(BlockHasher.Compute(VtHashName.Sha256, block).Span);
            body.WriteVarUInt(length);
        }

        body.WriteVarUInt(payloadLength);
        body.WriteBytes(payload);
        return body.Written.ToArray();
    }

    /// <summary>The body of a trailer of one record that says just this.</summary>
    public static byte[] Trailer(ulong records, ulong recordLength, ulong count, params (byte[] Block, ulong Length)[] blocks)
    {
        ByteWriter body = new();
        body.WriteByte((byte)RecordKind.Trailer);
        body.WriteVarUInt(records);
        body.WriteVarUInt(recordLength);
        body.WriteVarUInt(count);
        foreach ((byte[] block, ulong length) in blocks)
        {
            body.WriteBytes(BlockHasher.Compute(VtHashName.Sha256, block).Span);
            body.WriteVarUInt(length);
        }

        return body.Written.ToArray();
    }

    private static byte[] Close(RecordSeal seal, byte[] body, uint number)
    {
        int length = seal.Shape.BodyLength(body.Length);
        byte[] record = new byte[DataFileFormat.PrefixLength + length + seal.TailLength];
        body.CopyTo(record, DataFileFormat.PrefixLength);
        seal.WritePrefix(record, number, length);
        seal.Close(record);
        return record;
    }
}
