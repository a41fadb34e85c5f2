using System.Buffers.Binary;
using System.IO.Compression;
using VtPS.Engine.Compression;
using VtPS.Engine.Hashing;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;

namespace VtPS.Engine.Tests.WrongDoors;

/// <summary>Bodies of records and trailers that announce or expand to absurd sizes.</summary>
internal static class AbsurdBytes
{
    /// <summary>The block that the records should hold.</summary>
    public static byte[] Five { get; } = [1, 2, 3, 4, 5];

    /// <summary>Another block.</summary>
    public static byte[] Good { get; } = TestContent.Random(3000, 3);

    /// <summary>The body of a record that should hold <see cref="Five"/>, and says something else.</summary>
    public static byte[] Record(string what)
    {
        byte zstd = (byte)Codec.Zstd;
        const ulong Huge = int.MaxValue;
        (byte[], ulong)[] five = [(Five, 5)];
        byte[] none = [];
        switch (what)
        {
            case "zstd announces 1 TB":
                return With(zstd, Zstd(1L << 40, 1));
            case "zstd expands to 128 MB":
                return With(zstd, Zstd(null, 1024));
            case "brotli expands to 256 MB":
                return With((byte)Codec.Brotli, Brotli(256 << 20));
            case "zstd expands to the 64 MB it says":
                byte[] much = Zstd(64 << 20, 512);
                return CraftedDataFile.Body(zstd, 1, 64 << 20, [(Five, 64 << 20)], (ulong)much.Length, much);
            case "2^31 - 1 bytes":
                return CraftedDataFile.Body(0, 1, Huge, [(Five, Huge)], 5, Five);
            case "2^62 bytes":
                return CraftedDataFile.Body(0, 1, 1UL << 62, [(Five, 1UL << 62)], 5, Five);
            case "2^31 - 1 blocks":
                return CraftedDataFile.Body(0, Huge, 5, five, 5, Five);
            case "2^40 blocks":
                return CraftedDataFile.Body(0, 1UL << 40, 5, five, 5, Five);
            case "lengths that wrap to the right sum":
                return CraftedDataFile.Body(0, 3, 5, [(Good, Huge), (Five, Huge), (none, 7)], 5, Five);
            case "a payload of 2^31 - 1 bytes":
                return CraftedDataFile.Body(0, 1, 5, five, Huge, Five);
            case "a number of eleven bytes":
                return [(byte)RecordKind.Blocks, 0, .. Enumerable.Repeat((byte)0xff, 10), 1, 5, .. BlockHasher.Compute(VtHashName.Sha256, Five).Span, 5, 5, .. Five];
            case "a codec that nobody knows":
                return With(9, Five);
            default:
                throw new ArgumentException(what);
        }

        byte[] With(byte codec, byte[] payload) => CraftedDataFile.Body(codec, 1, 5, five, (ulong)payload.Length, payload);
    }

    /// <summary>The body of a trailer of one such record, which says something else.</summary>
    public static byte[] Trailer(string what, int length, long hole)
    {
        const ulong Huge = int.MaxValue;
        return what switch
        {
            "2^31 - 1 records" => CraftedDataFile.Trailer(Huge, (ulong)length, 1, (Five, 5)),
            "a record of 2^31 - 1 bytes" => CraftedDataFile.Trailer(1, Huge, 1, (Five, 5)),
            "a record of 64 MB that is there" => CraftedDataFile.Trailer(1, (ulong)(length + hole), 1, (Five, 5)),
            "2^31 - 1 blocks" => CraftedDataFile.Trailer(1, (ulong)length, Huge, (Five, 5)),

            // 2 * (2^31 - 1) + 7 is 5 in 32 bits, and the third block begins at -2.
            "lengths that wrap to the right sum" => CraftedDataFile.Trailer(1, (ulong)length, 3, (Good, Huge), (Good, Huge), (Five, 7)),
            "a number of eleven bytes" => [(byte)RecordKind.Trailer, .. Enumerable.Repeat((byte)0xff, 10), 1, 1, 1],
            _ => throw new ArgumentException(what),
        };
    }

    /// <summary>A frame of zstd (RFC 8878) that announces a length, or none, and has so many blocks of 128 KiB of one byte, in 4 bytes each.</summary>
    private static byte[] Zstd(long? announced, int blocks)
    {
        List<byte> frame = [0x28, 0xb5, 0x2f, 0xfd];
        if (announced is { } length)
        {
            // Eight bytes of content size, and a window descriptor of 128 KiB.
            frame.AddRange([0xc0, 7 << 3]);
            byte[] size = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(size, length);
            frame.AddRange(size);
        }
        else
        {
            frame.AddRange([0, 7 << 3]);
        }

        for (int i = 0; i < blocks; i++)
        {
            int header = ((128 << 10) << 3) | (1 << 1) | (i == blocks - 1 ? 1 : 0);
            frame.AddRange([(byte)header, (byte)(header >> 8), (byte)(header >> 16), 7]);
        }

        return [.. frame];
    }

    private static byte[] Brotli(int length)
    {
        using MemoryStream to = new();
        using (BrotliStream brotli = new(to, CompressionLevel.Fastest))
        {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < length; i += zeros.Length)
            {
                brotli.Write(zeros);
            }
        }

        return to.ToArray();
    }
}
