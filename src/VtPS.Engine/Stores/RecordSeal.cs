using System.Buffers.Binary;

namespace VtPS.Engine.Stores;

/// <summary>
/// Closes and opens the records of one data file. The plain seal is a checksum; an encrypted Store's hides the body too.
/// Safe for use by many threads.
/// </summary>
internal abstract class RecordSeal
{
    /// <summary>The epoch that stands in the prefix of records that are written: 0 for plain records.</summary>
    public abstract uint Epoch { get; }

    /// <summary>What the seal makes of a record's length.</summary>
    public abstract RecordShape Shape { get; }

    /// <summary>How many bytes follow the body.</summary>
    public int TailLength => Shape.TailLength;

    /// <summary>Closes a record: prefix and body are there; the body may be changed in place, the tail is filled.</summary>
    public abstract void Close(Span<byte> record);

    /// <summary>Opens a record in place and says whether it is whole and unchanged; if not, its bytes are of no use any more.</summary>
    public abstract bool TryOpen(Span<byte> record);

    /// <summary>Whether a record of this epoch can be opened.</summary>
    public virtual bool Admits(uint epoch) => epoch == Epoch;

    /// <summary>Writes the prefix of a record.</summary>
    public void WritePrefix(Span<byte> record, uint number, int bodyLength)
    {
        DataFileFormat.RecordMagic.CopyTo(record);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], DataFileFormat.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], Epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], number);
        BinaryPrimitives.WriteInt32LittleEndian(record[16..], bodyLength);
    }

    /// <summary>Reads a prefix: the length of the whole record, or -1 if this is no prefix of the record with that number (any, where null).</summary>
    public int ReadPrefix(ReadOnlySpan<byte> prefix, uint? number)
    {
        int body = BinaryPrimitives.ReadInt32LittleEndian(prefix[16..]);
        return prefix.StartsWith(DataFileFormat.RecordMagic)
            && BinaryPrimitives.ReadUInt32LittleEndian(prefix[4..]) == DataFileFormat.Version
            && Admits(BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]))
            && (number is null || BinaryPrimitives.ReadUInt32LittleEndian(prefix[12..]) == number)
            && body is > 0 and <= DataFileFormat.MaximumBody
            ? DataFileFormat.PrefixLength + body + TailLength
            : -1;
    }
}
