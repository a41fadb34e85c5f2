using VtPS.Engine.Compression;
using VtPS.Engine.IO;

namespace VtPS.Engine.Stores;

/// <summary>
/// What stands in a record of blocks: kind, codec, the count of blocks and the length of their plain content, hash and length of each block,
/// the payload's length and the payload. Bytes after the payload are padding.
/// </summary>
internal readonly ref struct RecordBody
{
    private RecordBody(ReadOnlySpan<byte> bytes, Codec codec, int plainLength, ReadOnlySpan<byte> payload)
    {
        Bytes = bytes;
        Codec = codec;
        PlainLength = plainLength;
        Payload = payload;
    }

    /// <summary>The whole body, without padding.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    public Codec Codec { get; }

    /// <summary>The length of the blocks' content together, in bytes.</summary>
    public int PlainLength { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Reads a body.</summary>
    /// <param name="body">The body, opened.</param>
    /// <param name="hashName">The Store's hash function.</param>
    /// <param name="blocks">Gets hash and length of each block, where the caller wants them.</param>
    /// <exception cref="InvalidDataException">The body is not one of a record of blocks.</exception>
    public static RecordBody Read(ReadOnlySpan<byte> body, VtHashName hashName, List<(VtHash Hash, int Length)>? blocks)
    {
        ByteReader reader = new(body);
        if (reader.ReadByte() != (byte)RecordKind.Blocks)
        {
            throw new InvalidDataException("The record is not one of blocks.");
        }

        Codec codec = (Codec)reader.ReadByte();
        int count = reader.ReadInt32();
        int plain = reader.ReadInt32();
        if (plain > DataFileFormat.MaximumBlock)
        {
            throw new InvalidDataException($"The record announces {plain} bytes of content, which is more than a record can have.");
        }

        int size = VtHashNames.Size(hashName);
        long sum = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> hash = reader.ReadBytes(size);
            int length = reader.ReadInt32();
            sum += length;
            blocks?.Add((new VtHash(hashName, hash.ToArray()), length));
        }

        ReadOnlySpan<byte> payload = reader.ReadPrefixed();
        return sum == plain
            ? new RecordBody(body[..^reader.Rest.Length], codec, plain, payload)
            : throw new InvalidDataException($"The record's blocks come to {sum} bytes where {plain} are said to be.");
    }
}
