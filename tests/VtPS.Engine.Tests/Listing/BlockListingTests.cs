using VtPS.Engine.Listing;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Tests.IO;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Listing;

public class BlockListingTests
{
    [Fact]
    public async Task TheBlocksOfABackupAreAllThatTheStoreHasEachOnce()
    {
        using TempFolder temp = new();
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        VtBackup backup = await MakeAsync(temp, store);

        List<VtBlock> ofBackup = await ToListAsync(BlockListing.OfBackupAsync(store.Session, backup, default));
        List<VtBlock> ofStore = [.. BlockListing.OfStore(store.Session)];

        // One backup, nothing else: directories, side-car, indirect blocks and content are the whole Store.
        Assert.Equal(ofBackup.Count, ofBackup.Select(b => b.Hash).Distinct().Count());
        Assert.Equal(ofStore.Select(b => b.Hash).Order(StringComparer.Ordinal), ofBackup.Select(b => b.Hash).Order(StringComparer.Ordinal));
        Assert.All(ofBackup, b => Assert.True(b.IsPresent && b.DataFile is not null && b.Length > 0));
        Assert.Contains(ofBackup, b => b.Kind == VtBlockKind.Indirect);
        Assert.Equal(ofStore.Sum(b => b.StoredLength), ofBackup.Sum(b => b.StoredLength));

        VtBlock one = BlockListing.OfHash(store.Session, VtHash.Parse(ofStore[0].Hash!));
        Assert.Equal((ofStore[0].Hash, ofStore[0].Length, ofStore[0].DataFile), (one.Hash, one.Length, one.DataFile));
    }

    [Fact]
    public async Task TheBlocksOfAFileCoverItInOrderAndAreThoseOfTheLiveFile()
    {
        using TempFolder temp = new();
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        VtBackup backup = await MakeAsync(temp, store);
        foreach (string name in (string[])["large", "small", "tiny", "zeros", "empty", "mixed"])
        {
            VtItem item = Assert.Single(await ToListAsync(ItemListing.ListAsync(store.Session, new() { Backup = backup, Paths = ["src/" + name] }, static e => throw e, default)));
            List<VtBlock> stored = await ToListAsync(BlockListing.OfItemAsync(store.Session, item, default));
            List<VtBlock> live = await ToListAsync(BlockListing.OfFileAsync(store.Session, temp.CombineBytes("src", name), default));

            long offset = 0;
            foreach (VtBlock block in stored)
            {
                Assert.Equal(offset, block.Offset);
                offset += block.Length;
            }

            Assert.Equal(item.Length, offset);
            Assert.Equal(stored.Select(b => (b.Reference, b.Offset, b.Length)), live.Select(b => (b.Reference, b.Offset, b.Length)));
            Assert.All(live, b => Assert.True(b.IsPresent && b.Store is null));
        }
    }

    [UnixFact]
    public async Task HolesOfALiveFileAreCutAsTheBackupCutsThem()
    {
        using TempFolder temp = new();
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        temp.CreateFolder("src");
        using (FileStream file = File.Create(temp.Combine("src/sparse")))
        {
            file.Write(TestContent.Random(700_000, 1));
            file.Seek(20_000_000, SeekOrigin.Begin);
            file.Write(TestContent.Random(300_000, 2));
            file.SetLength(40_000_000);
        }

        VtBackup backup = await store.BackupAsync(temp.Combine("src"));
        VtItem item = Assert.Single(await ToListAsync(ItemListing.ListAsync(store.Session, new() { Backup = backup, Paths = ["src/sparse"] }, static e => throw e, default)));
        List<VtBlock> stored = await ToListAsync(BlockListing.OfItemAsync(store.Session, item, default));
        List<VtBlock> live = await ToListAsync(BlockListing.OfFileAsync(store.Session, temp.CombineBytes("src", "sparse"), default));

        Assert.True(item.IsSparse);
        Assert.Contains(stored, b => b.Kind == VtBlockKind.Run);
        Assert.Equal(stored.Select(b => (b.Reference, b.Offset)), live.Select(b => (b.Reference, b.Offset)));
    }

    [Fact]
    public async Task ALiveFileThatTheStoreDoesNotHaveIsNotPresentAndStoresNothing()
    {
        using TempFolder temp = new();
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        await MakeAsync(temp, store);
        temp.WriteFile("other", TestContent.Random(2_000_000, 77));
        long before = store.Session.Index.CountBlocks();

        List<VtBlock> live = await ToListAsync(BlockListing.OfFileAsync(store.Session, temp.CombineBytes("other"), default));

        Assert.All(live, b => Assert.False(b.IsPresent));
        Assert.Equal(before, store.Session.Index.CountBlocks());
        Assert.Equal(VtErrorId.PathNotFound, (await Assert.ThrowsAsync<VtException>(() => ToListAsync(BlockListing.OfFileAsync(store.Session, temp.CombineBytes("nothing"), default)))).ErrorId);
        Assert.Equal(VtErrorId.SourceReadFailed, (await Assert.ThrowsAsync<VtException>(() => ToListAsync(BlockListing.OfFileAsync(store.Session, temp.CombineBytes("src"), default)))).ErrorId);
    }

    [Fact]
    public async Task AHashThatTheStoreCannotHaveIsRefused()
    {
        using TempFolder temp = new();
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));

        Assert.Equal(VtErrorId.InvalidHash, Assert.Throws<VtException>(() => BlockListing.OfHash(store.Session, VtHash.Parse("sha512:" + new string('1', 128)))).ErrorId);
        Assert.Equal(VtErrorId.BlockNotFound, Assert.Throws<VtException>(() => BlockListing.OfHash(store.Session, VtHash.Parse("sha256:" + new string('1', 64)))).ErrorId);
    }

    [Fact]
    public async Task MeasuringSumsWhatTheStoreHolds()
    {
        using TempFolder temp = new();
        await using TestStore store = await TestStore.CreateAsync(temp.Combine("store"));
        VtBackup backup = await MakeAsync(temp, store);

        VtStoreStatistics plain = await StoreMeasurement.RunAsync(store.Session, false, default);
        VtStoreStatistics full = await StoreMeasurement.RunAsync(store.Session, true, default);

        Assert.Equal((1, backup.BytesTotal, store.Session.Index.CountBlocks()), (plain.BackupCount, plain.SourceLength, plain.BlockCount));
        Assert.Equal(Directory.EnumerateFiles(temp.Combine("store"), "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length), plain.StoreLength);
        Assert.Equal(Directory.EnumerateFiles(temp.Combine("store"), "*.vtd", SearchOption.AllDirectories).Count(), plain.DataFileCount);
        Assert.InRange(plain.StoredLength, 1, plain.StoreLength);
        Assert.Equal((double)plain.SourceLength / plain.StoreLength, plain.Ratio);
        Assert.Empty(plain.HistogramBound);
        Assert.Equal(full.BlockCount, full.HistogramCount.Sum());
        Assert.Equal(full.HistogramBound.Length, full.HistogramCount.Length);
        Assert.True(full.HistogramCount[0] > 0 && full.HistogramCount[^1] > 0);
    }

    private static async Task<VtBackup> MakeAsync(TempFolder temp, TestStore store)
    {
        temp.WriteFile("src/large", TestContent.Random(5_000_000, 1));
        temp.WriteFile("src/small", TestContent.Random(5_000, 2));
        temp.WriteFile("src/tiny", "tiny");
        temp.WriteFile("src/empty", "");
        temp.WriteFile("src/zeros", new byte[3_000_000]);
        temp.WriteFile("src/mixed", [.. TestContent.Random(400_000, 4), .. new byte[2_000_000], .. TestContent.Random(400_000, 5)]);
        temp.WriteFile("src/d/copy", TestContent.Random(5_000_000, 1));
        for (int i = 0; i < 300; i++)
        {
            temp.WriteFile($"src/many/{i}", TestContent.Random(40 + i, 100 + (ulong)i));
        }

        return await store.BackupAsync(temp.Combine("src"));
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> source)
    {
        List<T> list = [];
        await foreach (T item in source)
        {
            list.Add(item);
        }

        return list;
    }
}
