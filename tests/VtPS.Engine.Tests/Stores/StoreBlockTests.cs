using VtPS.Engine.Chunking;
using VtPS.Engine.Compression;
using VtPS.Engine.Hashing;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Stores;

public sealed class StoreBlockTests
{
    [Fact]
    public async Task TheSameBlockTwiceDoesNotGrowTheStore()
    {
        MemoryStorage storage = new();
        await using TestStore store = await TestStore.CreateAsync(storage);
        byte[] block = TestContent.Random(100_000, 1);
        await using (StoreWriter writer = await StoreWriter.OpenAsync(store.Session, "test", default))
        {
            BlockPacker one = writer.CreatePacker(DataFileContent.Files);
            BlockPacker other = writer.CreatePacker(DataFileContent.Files);
            VtHash hash = one.Add(block);
            Assert.True(writer.Has(hash));
            Assert.Equal(hash, one.Add(block));
            Assert.Equal(hash, other.Add(block));
            await writer.FlushAsync();
            Assert.Equal(hash, other.Add(block));
            await writer.FlushAsync();
            Assert.Equal((1, 100_000, 1), (one.BlocksNew, one.BytesNew, one.BlocksKnown));
            Assert.Equal((0, 0, 2), (other.BlocksNew, other.BytesNew, other.BlocksKnown));
        }

        List<string> objects = await store.ObjectsAsync();
        Assert.Single(objects, n => n.StartsWith("data/", StringComparison.Ordinal));

        // A later run, with an index that has read nothing but the trailer.
        TestStore later = await TestStore.OpenAsync(storage);
        await later.AddBlocksAsync([block]);
        Assert.Equal(objects, await later.ObjectsAsync());
    }

    [Fact]
    public async Task ManyThreadsThatBringTheSameBlocksStoreEachOnce()
    {
        await using TestStore store = await TestStore.CreateAsync(new MemoryStorage());
        await using StoreWriter writer = await StoreWriter.OpenAsync(store.Session, "test", default);
        BlockPacker[] packers = [.. Enumerable.Range(0, 4).Select(_ => writer.CreatePacker(DataFileContent.Files))];
        await Task.WhenAll(packers.Select(packer => Task.Run(async () =>
        {
            for (ulong i = 0; i < 300; i++)
            {
                packer.Add(TestContent.Random(20_000, i));
                if (i % 100 == 50)
                {
                    await writer.FlushAsync();
                }
            }
        })));
        await writer.FlushAsync();
        Assert.Equal(300, packers.Sum(p => p.BlocksNew));
        Assert.Equal(900, packers.Sum(p => p.BlocksKnown));
        Assert.Equal(300, store.Session.Index.CountBlocks());
        for (ulong i = 0; i < 300; i++)
        {
            byte[] block = TestContent.Random(20_000, i);
            Assert.True((await store.Session.Blocks.GetAsync(BlockHasher.Compute(VtHashName.Sha256, block), default)).Span.SequenceEqual(block));
        }
    }

    [Fact]
    public async Task SmallBlocksStandInCompanyAndALargeOneAlone()
    {
        await using TestStore store = await TestStore.CreateAsync(new MemoryStorage(), r => r with { Compression = "none" });
        List<byte[]> blocks = [.. Enumerable.Range(0, 100).Select(i => TestContent.Random(15_000, (ulong)i))];
        blocks.Insert(30, TestContent.Random(3_000_000, 1000));
        List<VtHash> hashes = await store.AddBlocksAsync(blocks);

        List<IndexedRecord> records = await RecordsAsync(store);
        IndexedRecord alone = Assert.Single(records, r => r.PlainLength > DataFileFormat.CompanyLength);
        Assert.Equal(hashes[30], Assert.Single(alone.Blocks).Hash);
        Assert.InRange(records.Count, 3, 4);
        Assert.All(records, r => Assert.True(r == alone || r.PlainLength <= DataFileFormat.CompanyLength));
        for (int i = 0; i < blocks.Count; i++)
        {
            Assert.True((await store.Session.Blocks.GetAsync(hashes[i], default)).Span.SequenceEqual(blocks[i]));
        }
    }

    [Fact]
    public async Task WhatCompressionDoesNotShrinkIsKeptRaw()
    {
        MemoryStorage storage = new();
        await using TestStore store = await TestStore.CreateAsync(storage, r => r with { Compression = "brotli" });
        await store.AddBlocksAsync([TestContent.Random(50_000, 1)]);
        await store.AddBlocksAsync([TestContent.Utf8(string.Concat(Enumerable.Repeat("a line of text\n", 5000)))]);
        List<Codec> codecs = [];
        foreach (string name in await store.ObjectsAsync("data/"))
        {
            byte[] bytes = await storage.GetAsync(name, 1 << 20, default);
            codecs.Add((Codec)bytes[DataFileFormat.HeaderLength + DataFileFormat.PrefixLength + 1]);
            Assert.InRange(bytes.Length, 0, 50_300);
        }

        Assert.Equal([Codec.None, Codec.Brotli], codecs.Order());
    }

    [Theory]
    [InlineData(VtHashName.Sha256, "zstd")]
    [InlineData(VtHashName.Sha256, "brotli")]
    [InlineData(VtHashName.Sha256, "none")]
    [InlineData(VtHashName.Sha512, "zstd")]
    [InlineData(VtHashName.Sha512, "none")]
    [InlineData(VtHashName.Sha3_256, "brotli")]
    public async Task EveryHashAndCodecReadsBackInAnotherSession(VtHashName hashName, string compression)
    {
        if (!BlockHasher.IsSupported(hashName) || (compression == "zstd" && !Codecs.IsAvailable(Codec.Zstd)))
        {
            return;
        }

        using TempFolder temp = new();
        List<byte[]> blocks = [[], [1], .. Enumerable.Range(0, 60).Select(i => i % 2 == 0 ? TestContent.Random(i * 999, (ulong)i) : TestContent.Utf8(new string((char)('a' + (i % 26)), i * 999)))];
        List<VtHash> hashes;
        await using (TestStore store = await TestStore.CreateAsync(temp.Combine("store"), r => r with { HashName = hashName, Compression = compression }))
        {
            Assert.Equal(compression, store.Session.Info.Compression);
            hashes = await store.AddBlocksAsync(blocks);
        }

        await using TestStore again = await TestStore.OpenAsync(temp.Combine("store"));
        Assert.Equal(hashName, again.Session.Config.HashName);
        for (int i = 0; i < blocks.Count; i++)
        {
            Assert.Equal(hashName, hashes[i].Name);
            Assert.True((await again.Session.Blocks.GetAsync(hashes[i], default)).Span.SequenceEqual(blocks[i]));
        }
    }

    [Theory]
    [InlineData(4 << 10, 1 << 10, 4 << 10)]
    [InlineData(4 << 10, null, null)]
    [InlineData(1 << 20, 1 << 10, 8 << 20)]
    [InlineData(8 << 20, null, null)]
    [InlineData(8 << 20, 8 << 20, 8 << 20)]
    public async Task FilesReadBackAtTheLimitsOfChunkLengths(int average, int? minimum, int? maximum)
    {
        using TempFolder temp = new();
        byte[] content = [.. TestContent.Random(21_000_000, 1), .. new byte[2_000_000]];
        temp.WriteFile("src/random", content);
        temp.WriteFile("src/small", TestContent.Random(5000, 2));
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"), r => r with { AverageBlock = average, MinimumBlock = minimum, MaximumBlock = maximum, Compression = "none" });
        VtBackup backup = await store.BackupAsync(temp.Combine("src"));
        Assert.Equal(VtBackupStatus.Complete, backup.Status);
        byte[] random = await store.ReadFileAsync(backup, "src/random");
        Assert.True(content.AsSpan().SequenceEqual(random));
        Assert.Equal(TestContent.Random(5000, 2), await store.ReadFileAsync(backup, "src/small"));
        ChunkerParameters parameters = store.Session.Config.Chunker;
        foreach (IndexedRecord record in await RecordsAsync(store))
        {
            Assert.All(record.Blocks, b => Assert.InRange(b.Length, 0, Math.Max(parameters.Maximum, 1 << 20)));
        }
    }

    [Fact]
    public async Task AFullDataFileIsSealedAndTheNextBegun()
    {
        using TempFolder temp = new();
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"), r => r with { Compression = "none" });
        byte[] block = TestContent.Random(1_000_000, 1);
        List<VtHash> hashes = await store.AddBlocksAsync(Enumerable.Range(0, 75).Select(i =>
        {
            byte[] each = [.. block];
            each[0] = (byte)i;
            return each;
        }));
        List<ObjectInfo> files = await store.Storage.ListAllAsync("data/", default);
        Assert.Equal(2, files.Count);
        Assert.InRange(files.Max(f => f.Length), DataFileFormat.TargetLength, DataFileFormat.TargetLength + (2 << 20));
        for (int i = 0; i < hashes.Count; i += 7)
        {
            block[0] = (byte)i;
            Assert.True((await store.Session.Blocks.GetAsync(hashes[i], default)).Span.SequenceEqual(block));
        }
    }

    [Fact]
    public async Task AWriterThatIsGivenUpLeavesNothing()
    {
        using TempFolder temp = new();
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        await using (StoreWriter writer = await StoreWriter.OpenAsync(store.Session, "test", default))
        {
            BlockPacker packer = writer.CreatePacker(DataFileContent.Files);
            packer.Add(TestContent.Random(2_000_000, 1));
            Assert.Equal(2, (await store.ObjectsAsync("leases/")).Count);
        }

        Assert.Equal(["store.json"], await store.ObjectsAsync());
        Assert.Empty(Directory.GetFiles(temp.Combine("store", "tmp")));
    }

    internal static async Task<List<IndexedRecord>> RecordsAsync(TestStore store)
    {
        List<IndexedRecord> records = [];
        foreach (ObjectInfo info in await store.Storage.ListAllAsync("data/", default))
        {
            Assert.True(StoreNames.TryParseDataFile(info.Name, out DataFileId file));
            records.AddRange(await store.Session.DataFiles.ReadTrailerAsync(file, info.Length, default));
        }

        return records;
    }
}
