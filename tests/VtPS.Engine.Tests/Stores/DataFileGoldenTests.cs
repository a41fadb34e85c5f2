using VtPS.Engine.Compression;
using VtPS.Engine.Hashing;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Stores;

/// <summary>The bytes of data files, as docs/format.md has them: the file shown there is the first one here.</summary>
public sealed class DataFileGoldenTests
{
    private const string Header = """
        5674505364617461 0100 01 01 00000000
        000102030405060708090a0b0c0d0e0f
        f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff
        0000000000000000 082bbc19be74f3af
        """;

    private const string FirstRecord = """
        56745263 01000000 00000000 00000000 4d000000
        01 00 02 06
        ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad 03
        cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34 03
        06 616263646566
        f7c8aec3185a0e27
        """;

    private const string SecondRecord = """
        56745263 01000000 00000000 01000000 29000000
        01 00 01 03
        50ae61e841fac4e8f9e40baf2ad36ec868922ea48368c18f9535e47db56dd7fb 03
        03 676869
        8ccf0c6ae7985612
        """;

    private const string Trailer = """
        56745263 01000000 00000000 ffffffff 69000000
        02 02
        69 02
        ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad 03
        cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34 03
        45 01
        50ae61e841fac4e8f9e40baf2ad36ec868922ea48368c18f9535e47db56dd7fb 03
        b31c09f1976c6b41
        """;

    private const string Closing = "ee00000000000000 8b01000000000000 56745053656e640a";

    // A frame of the zstd tool, version 1.5, level 3: "VtPS " forty times.
    private const string ZstdRecord = """
        56745263 01000000 00000000 00000000 3d000000
        01 01 01 c801
        d04c06816b71288e1d25c04bdf7acf0994d130b6a6c207fc7d394fea73671b7f c801
        15 28b52ffd005865000028567450532001004050450b
        bd8ad030e18f007e
        """;

    private const string BrotliRecord = """
        56745263 01000000 00000000 00000000 3b000000
        01 02 01 c801
        d04c06816b71288e1d25c04bdf7acf0994d130b6a6c207fc7d394fea73671b7f c801
        13 1bc70000049471a4435cad4ef4502d8a7e3700
        02f1e1a7604eb82c
        """;

    private static readonly DataFileId File = DataFileId.Read(Golden.Bytes("000102030405060708090a0b0c0d0e0f"));
    private static readonly DataFileId Lease = DataFileId.Read(Golden.Bytes("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"));

    private readonly MemoryStorage _storage = new();

    [Fact]
    public async Task AFileOfTwoRecordsIsTheseBytes()
    {
        await using (DataFileWriter writer = await DataFileWriter.BeginAsync(_storage, VtHashName.Sha256, DataFileContent.Files, File, Lease, PlainFileSeals.Instance, default))
        {
            using RecordCompany company = new(Codec.None, 0);
            await AppendAsync(writer, company, "abc", "def");
            await AppendAsync(writer, company, "ghi");
            await writer.SealAsync(default);
        }

        string name = "data/00/000102030405060708090a0b0c0d0e0f.vtd";
        Assert.Equal(name, StoreNames.DataFile(File));
        Golden.Equal(Header + FirstRecord + SecondRecord + Trailer + Closing, await _storage.GetAsync(name, 1000, default));
    }

    [Fact]
    public void TheExampleInTheDocumentationIsThisFile()
    {
        string folder = AppContext.BaseDirectory;
        while (!System.IO.File.Exists(Path.Combine(folder, "VtPS.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No VtPS.sln above the tests.");
        }

        byte[] whole = Golden.Bytes(Header + FirstRecord + SecondRecord + Trailer + Closing);
        List<byte> shown = [];
        foreach (string line in System.IO.File.ReadAllText(Path.Combine(folder, "docs", "format.md")).Split("```")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split('|')[0].Trim().Split("  ", 2);
            Assert.Equal(shown.Count, int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture));
            shown.AddRange(Golden.Bytes(parts[1]));
        }

        Assert.Equal(whole, shown);
    }

    [Fact]
    public async Task TheseBytesAreReadByTheTrailerAndWithoutIt()
    {
        _storage.Put(StoreNames.DataFile(File), Golden.Bytes(Header + FirstRecord + SecondRecord + Trailer + Closing));
        DataFileReader reader = Reader();
        List<IndexedRecord> records = await reader.ReadTrailerAsync(File, 395, default);
        Assert.Equal([(64, 105), (169, 69)], records.Select(r => ((int)r.Offset, r.Length)));
        Assert.Equal([3, 3, 3], records.SelectMany(r => r.Blocks).Select(b => b.Length));
        Assert.Equal([Hash("abc"), Hash("def"), Hash("ghi")], records.SelectMany(r => r.Blocks).Select(b => b.Hash));

        List<IndexedRecord> scanned = [];
        await foreach ((IndexedRecord? record, string? damage) in reader.ScanAsync(File, 395, default))
        {
            Assert.Null(damage);
            scanned.Add(record!);
        }

        Assert.Equal(records.Select(r => (r.Offset, r.Length, r.PlainLength)), scanned.Select(r => (r.Offset, r.Length, r.PlainLength)));
        Assert.Equal(records.SelectMany(r => r.Blocks), scanned.SelectMany(r => r.Blocks));

        using Decompressor decompressor = new();
        Assert.Equal("abcdef"u8.ToArray(), await reader.ReadRecordAsync(new BlockLocation(File, 64, 105, 0, 0, 3, 6), decompressor, default));
        Assert.Equal("ghi"u8.ToArray(), await reader.ReadRecordAsync(new BlockLocation(File, 169, 69, 1, 0, 3, 3), decompressor, default));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await reader.ReadRecordAsync(new BlockLocation(File, 169, 69, 0, 0, 3, 3), decompressor, default));
    }

    [Theory]
    [InlineData(ZstdRecord)]
    [InlineData(BrotliRecord)]
    public async Task ACompressedRecordOfThisVersionStaysReadable(string record)
    {
        byte[] bytes = Golden.Bytes(record);
        _storage.Put(StoreNames.DataFile(File), [.. Golden.Bytes(Header), .. bytes]);
        using Decompressor decompressor = new();
        byte[] plain = await Reader().ReadRecordAsync(new BlockLocation(File, 64, bytes.Length, 0, 0, 200, 200), decompressor, default);
        Assert.Equal(string.Concat(Enumerable.Repeat("VtPS ", 40)), System.Text.Encoding.ASCII.GetString(plain));
    }

    [Fact]
    public async Task EveryChangedByteIsNoticed()
    {
        byte[] whole = Golden.Bytes(Header + FirstRecord + SecondRecord + Trailer + Closing);
        using Decompressor decompressor = new();
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] changed = [.. whole];
            changed[i] ^= 0x10;
            MemoryStorage storage = new();
            storage.Put(StoreNames.DataFile(File), changed);
            DataFileReader reader = new(storage, VtHashName.Sha256, PlainFileSeals.Instance);
            if (i is >= 64 and < 169)
            {
                await Assert.ThrowsAsync<InvalidDataException>(async () => await reader.ReadRecordAsync(new BlockLocation(File, 64, 105, 0, 0, 3, 6), decompressor, default));
            }
            else if (i is >= 169 and < 238)
            {
                await Assert.ThrowsAsync<InvalidDataException>(async () => await reader.ReadRecordAsync(new BlockLocation(File, 169, 69, 1, 0, 3, 3), decompressor, default));
            }
            else
            {
                await Assert.ThrowsAnyAsync<Exception>(async () => await reader.ReadTrailerAsync(File, 395, default));
            }
        }
    }

    [Fact]
    public void TheLimitsAreThoseOfTheFormat()
    {
        Assert.Equal((64, 20, 24), (DataFileFormat.HeaderLength, DataFileFormat.PrefixLength, DataFileFormat.ClosingLength));
        Assert.Equal((1 << 20, 8 << 20, 9 << 20), (DataFileFormat.CompanyLength, DataFileFormat.MaximumBlock, DataFileFormat.MaximumBody));
        byte[] prefix = Golden.Bytes(FirstRecord)[..20];
        Assert.Equal(105, PlainRecordSeal.Instance.ReadPrefix(prefix, 0));
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(prefix.AsSpan(16), DataFileFormat.MaximumBody);
        Assert.Equal(DataFileFormat.MaximumBody + 28, PlainRecordSeal.Instance.ReadPrefix(prefix, 0));
        foreach (int wrong in (int[])[DataFileFormat.MaximumBody + 1, int.MaxValue, 0, -1])
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(prefix.AsSpan(16), wrong);
            Assert.Equal(-1, PlainRecordSeal.Instance.ReadPrefix(prefix, 0));
        }
    }

    [Fact]
    public void AHeaderOfALaterFormatIsToldFromADamagedOne()
    {
        byte[] header = Golden.Bytes(Header);
        Assert.Equal(Lease, DataFileFormat.CheckHeader(header, File, VtHashName.Sha256));
        Assert.Throws<InvalidDataException>(() => DataFileFormat.CheckHeader(header, Lease, VtHashName.Sha256));
        Assert.Throws<InvalidDataException>(() => DataFileFormat.CheckHeader(header, File, VtHashName.Sha512));
        header[8] = 2;
        Assert.Throws<InvalidDataException>(() => DataFileFormat.CheckHeader(header, File, VtHashName.Sha256));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(56), Checksum.Xxh3(header.AsSpan(0, 56)));
        Assert.Equal(VtErrorId.StoreFormatUnsupported, Assert.Throws<VtException>(() => DataFileFormat.CheckHeader(header, File, VtHashName.Sha256)).ErrorId);
    }

    private static VtHash Hash(string text) => BlockHasher.Compute(VtHashName.Sha256, TestContent.Utf8(text));

    private static async Task AppendAsync(DataFileWriter writer, RecordCompany company, params string[] blocks)
    {
        foreach (string block in blocks)
        {
            company.Add(Hash(block), TestContent.Utf8(block));
        }

        await writer.AppendAsync(company.Encode(writer.Shape), company.Blocks, default);
        company.Clear();
    }

    private DataFileReader Reader() => new(_storage, VtHashName.Sha256, PlainFileSeals.Instance);
}
