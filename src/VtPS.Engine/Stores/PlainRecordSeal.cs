using System.Buffers.Binary;
using VtPS.Engine.Hashing;

namespace VtPS.Engine.Stores;

/// <summary>The seal of a plain Store: XXH3-64 over prefix and body, little-endian.</summary>
internal sealed class PlainRecordSeal : RecordSeal
{
    public static PlainRecordSeal Instance { get; } = new();

    public override uint Epoch => 0;

    public override RecordShape Shape => RecordShape.Plain;

    public override void Close(Span<byte> record) =>
        BinaryPrimitives.WriteUInt64LittleEndian(record[^8..], Checksum.Xxh3(record[..^8]));

    public override bool TryOpen(Span<byte> record) =>
        BinaryPrimitives.ReadUInt64LittleEndian(record[^8..]) == Checksum.Xxh3(record[..^8]);
}
