using VtPS.Engine.Compression;
using VtPS.Engine.Hashing;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Stores;

/// <summary>What is left of a Store whose data files were cut off, overwritten or lost.</summary>
public sealed class StoreDamageTests
{
    private const int Count = 8;

    private readonly List<byte[]> _blocks = [.. Enumerable.Range(0, Count).Select(i => TestContent.Random(1_100_000 + i, (ulong)i))];

    [Fact]
    public async Task AFileCutOffAnywhereLosesWhatWasCutAndNoMore()
    {
        (byte[] whole, List<IndexedRecord> records, string name) = await MakeFileAsync();
        List<long> cuts = [0, 10, 63, 64, 70, whole.Length - 1, whole.Length - 24, whole.Length - 25, whole.Length - 200];
        foreach (IndexedRecord record in records)
        {
            cuts.AddRange([record.Offset + 19, record.Offset + 500_000, record.Offset + record.Length - 1, record.Offset + record.Length, record.Offset + record.Length + 1]);
        }

        foreach (long cut in cuts.Distinct())
        {
            await using TestStore store = await OpenWithAsync(name, whole[..(int)cut]);
            Assert.NotEmpty(store.Session.Damage);
            for (int i = 0; i < Count; i++)
            {
                await CheckAsync(store, i, records[i].Offset + records[i].Length <= cut, VtErrorId.BlockNotFound);
            }
        }
    }

    [Fact]
    public async Task ADamagedTrailerCostsNothing()
    {
        (byte[] whole, List<IndexedRecord> records, string name) = await MakeFileAsync();
        long end = records[^1].Offset + records[^1].Length;
        foreach (long at in (long[])[end, end + 4, end + 17, end + 30, whole.Length - 30, whole.Length - 24, whole.Length - 10, whole.Length - 1, 0, 20, 40, 60])
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0xff;
            await using TestStore store = await OpenWithAsync(name, damaged);
            Assert.NotEmpty(store.Session.Damage);
            for (int i = 0; i < Count; i++)
            {
                await CheckAsync(store, i, true, default);
            }
        }
    }

    [Fact]
    public async Task RecordsAfterADamagedOneAreFoundUnderTheirOwnNumbersWhenTheTrailerIsDamagedToo()
    {
        (byte[] whole, List<IndexedRecord> records, string name) = await MakeFileAsync();
        foreach (int offset in (int[])[0, 5, 13, 17, 25, 600_000])
        {
            byte[] damaged = [.. whole];
            damaged[^1] ^= 1;
            damaged[records[2].Offset + offset] ^= 1;
            damaged[records[5].Offset + offset] ^= 1;
            await using TestStore store = await OpenWithAsync(name, damaged);
            for (int i = 0; i < Count; i++)
            {
                await CheckAsync(store, i, i is not (2 or 5), VtErrorId.BlockNotFound);
            }
        }
    }

    [Fact]
    public async Task ADataFileThatWasItselfBackedUpDoesNotEndTheSearchInADamagedRecord()
    {
        (byte[] inner, List<IndexedRecord> innerRecords, _) = await MakeFileAsync();
        _blocks[3] = inner[(int)innerRecords[6].Offset..];
        (byte[] whole, List<IndexedRecord> records, string name) = await MakeFileAsync();
        whole[^1] ^= 1;
        whole[records[3].Offset + 30] ^= 1;
        await using TestStore store = await OpenWithAsync(name, whole);
        for (int i = 0; i < Count; i++)
        {
            await CheckAsync(store, i, i != 3, VtErrorId.BlockNotFound);
        }
    }

    [Fact]
    public async Task ADamagedRecordIsBlockDamagedAndTheOthersAreWhole()
    {
        (byte[] whole, List<IndexedRecord> records, string name) = await MakeFileAsync();
        foreach (int offset in (int[])[0, 4, 8, 12, 16, 20, 40, 70, 500_000])
        {
            byte[] damaged = [.. whole];
            damaged[records[4].Offset + offset] ^= 1;
            await using TestStore store = await OpenWithAsync(name, damaged);
            Assert.Empty(store.Session.Damage);
            for (int i = 0; i < Count; i++)
            {
                await CheckAsync(store, i, i != 4, VtErrorId.BlockDamaged);
            }
        }
    }

    [Fact]
    public async Task AMissingDataFileIsBlockNotFoundThatNamesTheHash()
    {
        (byte[] whole, _, string name) = await MakeFileAsync();
        await using TestStore store = await OpenWithAsync(name, whole);
        await store.Storage.DeleteAsync(name, default);
        for (int i = 0; i < Count; i++)
        {
            await CheckAsync(store, i, false, VtErrorId.BlockNotFound);
        }
    }

    [Fact]
    public async Task ADamagedCopyIsPassedOverWhereAnotherFileHasTheBlock()
    {
        for (int damagedCopies = 0; damagedCopies < 4; damagedCopies++)
        {
            MemoryStorage storage = new();
            await using TestStore store = await TestStore.CreateAsync(storage);
            for (int copy = 0; copy < 2; copy++)
            {
                byte[] file = await WriteFileAsync(storage, DataFileId.New());
                string name = (await storage.ListAllAsync("data/", default)).Select(i => i.Name).First(n => storage.GetAsync(n, int.MaxValue, default).AsTask().Result.AsSpan().SequenceEqual(file));
                if ((damagedCopies & (1 << copy)) != 0)
                {
                    file[64 + 40] ^= 1;
                    await storage.DeleteAsync(name, default);
                    storage.Put(name, file);
                }
            }

            await store.Session.RefreshAsync(default);
            await CheckAsync(store, 0, damagedCopies != 3, VtErrorId.BlockDamaged);
            await CheckAsync(store, 1, true, default);
        }
    }

    [Fact]
    public async Task AReaderFindsABlockThatMovedToAnotherFileMeanwhile()
    {
        (byte[] whole, _, string name) = await MakeFileAsync();
        await using TestStore store = await OpenWithAsync(name, whole);
        await CheckAsync(store, 7, true, default);
        await WriteFileAsync((MemoryStorage)store.Storage, DataFileId.New());
        await store.Storage.DeleteAsync(name, default);
        for (int i = 0; i < Count; i++)
        {
            await CheckAsync(store, i, true, default);
        }
    }

    [Fact]
    public async Task ABlockOfAWriterThatCameLaterIsFoundWithoutOpeningTheStoreAnew()
    {
        MemoryStorage storage = new();
        await using TestStore reader = await TestStore.CreateAsync(storage);
        TestStore writer = await TestStore.OpenAsync(storage);
        VtHash hash = (await writer.AddBlocksAsync([_blocks[0]]))[0];
        Assert.True((await reader.Session.Blocks.GetAsync(hash, default)).Span.SequenceEqual(_blocks[0]));
    }

    [Fact]
    public async Task AnEmptyOrForeignDataFileHurtsNoOther()
    {
        (byte[] whole, _, string name) = await MakeFileAsync();
        await using TestStore store = await OpenWithAsync(name, whole);
        MemoryStorage storage = (MemoryStorage)store.Storage;
        storage.Put(StoreNames.DataFile(DataFileId.New()), []);
        storage.Put(StoreNames.DataFile(DataFileId.New()), TestContent.Random(100_000, 99));
        storage.Put("data/readme.txt", [1, 2, 3]);
        TestStore again = await TestStore.OpenAsync(storage);
        Assert.Equal(3, again.Session.Damage.Count);
        for (int i = 0; i < Count; i++)
        {
            await CheckAsync(again, i, true, default);
        }
    }

    private async Task CheckAsync(TestStore store, int index, bool present, VtErrorId otherwise)
    {
        VtHash hash = BlockHasher.Compute(VtHashName.Sha256, _blocks[index]);
        if (present)
        {
            Assert.True((await store.Session.Blocks.GetAsync(hash, default)).Span.SequenceEqual(_blocks[index]), $"Block {index}");
        }
        else
        {
            VtException error = await Assert.ThrowsAsync<VtException>(async () => await store.Session.Blocks.GetAsync(hash, default));
            Assert.Equal((otherwise, hash), (error.ErrorId, error.Target));
            Assert.Contains(hash.ToString(), error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>A data file with a record for each block.</summary>
    private async Task<(byte[] Bytes, List<IndexedRecord> Records, string Name)> MakeFileAsync()
    {
        MemoryStorage storage = new();
        DataFileId file = DataFileId.New();
        byte[] bytes = await WriteFileAsync(storage, file);
        DataFileReader reader = new(storage, VtHashName.Sha256, PlainFileSeals.Instance);
        return (bytes, await reader.ReadTrailerAsync(file, bytes.Length, default), StoreNames.DataFile(file));
    }

    private async Task<byte[]> WriteFileAsync(MemoryStorage storage, DataFileId file)
    {
        await using DataFileWriter writer = await DataFileWriter.BeginAsync(storage, VtHashName.Sha256, DataFileContent.Files, file, DataFileId.New(), PlainFileSeals.Instance, default);
        using RecordCompany company = new(Codec.None, 0);
        foreach (byte[] block in _blocks)
        {
            company.Add(BlockHasher.Compute(VtHashName.Sha256, block), block);
            await writer.AppendAsync(company.Encode(writer.Shape), company.Blocks, default);
            company.Clear();
        }

        await writer.SealAsync(default);
        return await storage.GetAsync(StoreNames.DataFile(file), int.MaxValue, default);
    }

    private static async Task<TestStore> OpenWithAsync(string name, byte[] bytes)
    {
        MemoryStorage storage = new();
        await TestStore.CreateAsync(storage);
        storage.Put(name, bytes);
        return await TestStore.OpenAsync(storage);
    }
}
