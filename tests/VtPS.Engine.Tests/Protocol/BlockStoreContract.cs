using VtPS.Engine.Backups;
using VtPS.Engine.Hashing;
using VtPS.Engine.Serving;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>What every store of blocks promises, with every hash; run over each by a class that derives from this.</summary>
public abstract class BlockStoreContract : IAsyncLifetime
{
    private readonly List<IBlockStore> _open = [];

    public static TheoryData<VtHashName> Hashes => [.. Enum.GetValues<VtHashName>().Where(BlockHasher.IsSupported)];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (IBlockStore blocks in _open)
        {
            await blocks.DisposeAsync();
        }

        CleanUp();
    }

    [Theory]
    [MemberData(nameof(Hashes))]
    public async Task What_was_put_is_there_under_its_hash_and_read_back(VtHashName name)
    {
        IBlockStore blocks = await MakeAsync(name);
        byte[][] contents = [.. Enumerable.Range(0, 40).Select(i => TestContent.Random(1 + (i * 3_000), (ulong)i))];
        VtHash[] hashes = await Task.WhenAll(contents.Select((content, i) => blocks.PutAsync(content, i % 4 == 0, default)));
        Assert.Equal(contents.Select(content => BlockHasher.Compute(name, content)), hashes);
        await blocks.FlushAsync(default);
        Assert.All(await blocks.ContainsAsync(hashes, default), presence => Assert.Equal(BlockPresence.Present, presence));
        for (int i = 0; i < contents.Length; i++)
        {
            Assert.Equal(contents[i], (await blocks.GetAsync(hashes[i], default)).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Hashes))]
    public async Task What_is_taken_in_counts_before_it_is_flushed_and_once_however_often_it_comes(VtHashName name)
    {
        IBlockStore blocks = await MakeAsync(name);
        byte[] content = TestContent.Random(20_000, 1);
        VtHash hash = await blocks.PutAsync(content, false, default);
        Assert.Equal([BlockPresence.Present], await blocks.ContainsAsync([hash], default));
        Assert.Equal(hash, await blocks.PutAsync(content, false, default));
        await blocks.FlushAsync(default);
        Assert.Equal(1, (await blocks.StatusAsync(default)).Blocks);
    }

    [Theory]
    [MemberData(nameof(Hashes))]
    public async Task What_is_not_there_is_said_to_be_missing(VtHashName name)
    {
        IBlockStore blocks = await MakeAsync(name);
        VtHash none = BlockHasher.Compute(name, [1, 2, 3]);
        Assert.Equal([BlockPresence.None], await blocks.ContainsAsync([none], default));
        Assert.Empty(await blocks.ContainsAsync([], default));
        VtException e = await Assert.ThrowsAsync<VtException>(() => blocks.GetAsync(none, default));
        Assert.Equal(VtErrorId.BlockNotFound, e.ErrorId);
        BlockStatus status = await blocks.StatusAsync(default);
        Assert.Equal((name, 0L, false), (status.HashName, status.Blocks, status.IsEncrypted));
        Assert.Equal(0, (await blocks.HashesAfterAsync(null, 10, default)).Count);
    }

    [Theory]
    [MemberData(nameof(Hashes))]
    public async Task Hashes_are_had_in_their_order_and_by_windows(VtHashName name)
    {
        IBlockStore blocks = await MakeAsync(name);
        List<VtHash> sorted = [];
        for (int i = 0; i < 300; i++)
        {
            sorted.Add(await blocks.PutAsync(TestContent.Random(40, (ulong)i), false, default));
        }

        await blocks.FlushAsync(default);
        sorted.Sort();
        Assert.Equal(sorted, All(await blocks.HashesAfterAsync(null, 1000, default)));
        Assert.Equal(sorted[..7], All(await blocks.HashesAfterAsync(null, 7, default)));
        Assert.Equal(sorted[101..103], All(await blocks.HashesAfterAsync(sorted[100], 2, default)));
        Assert.Equal(0, (await blocks.HashesAfterAsync(sorted[^1], 1000, default)).Count);

        WindowDigest[] top = await blocks.DigestsAsync(0, new uint[] { 0 }, default);
        Assert.Equal((16, 300), (top.Length, top.Sum(digest => digest.Count)));
        WindowDigest[] next = await blocks.DigestsAsync(1, new uint[] { 3, 10 }, default);
        Assert.Equal((top[3].Count, top[10].Count), (next[..16].Sum(digest => digest.Count), next[16..].Sum(digest => digest.Count)));
        Assert.Equal(top[3].Sum, next[..16].Aggregate(UInt128.Zero, (sum, digest) => sum + digest.Sum));
        SortedHashes[] windows = await blocks.WindowHashesAsync(1, new uint[] { 0, 3, 15 }, default);
        Assert.Equal(sorted.Where(hash => hash.Span[0] >> 4 == 3), All(windows[1]));
        Assert.Equal((top[0].Count, top[15].Count), (windows[0].Count, windows[2].Count));
    }

    [Theory]
    [MemberData(nameof(Hashes))]
    public async Task A_backup_is_put_once_everything_it_stands_on_is_there_and_not_before(VtHashName name)
    {
        using TempFolder temp = new();
        temp.WriteFile("src/one", TestContent.Random(200_000, 1));
        temp.WriteFile("src/sub/two", TestContent.Random(50_000, 2));
        await using TestStore from = await TestStore.CreateAsync(temp.Combine("from"), request => request with { HashName = name, AverageBlock = 8192 });
        await from.BackupAsync(temp.Combine("src"));
        await using LocalBlocks source = new((await TestStore.OpenAsync(temp.Combine("from"))).Session, forWriting: false);
        (List<StoredBackup> backups, int damaged) = await source.BackupsSinceAsync(DateTime.UnixEpoch, default);
        Assert.Equal((1, 0), (backups.Count, damaged));

        IBlockStore blocks = await MakeAsync(name);
        List<VtHash> needed = All(await source.HashesAfterAsync(null, 1000, default));
        VtHash last = needed[needed.Count / 2];
        foreach (VtHash hash in needed.Where(hash => !hash.Equals(last)).Append(last))
        {
            if (hash.Equals(needed[0]) || hash.Equals(last))
            {
                VtException early = await Assert.ThrowsAsync<VtException>(() => blocks.PutBackupAsync(backups[0], default));
                Assert.Equal(VtErrorId.BlockNotFound, early.ErrorId);
            }

            await blocks.PutAsync(await source.GetAsync(hash, default), false, default);
        }

        await blocks.PutBackupAsync(backups[0], default);
        await blocks.PutBackupAsync(backups[0], default);
        (List<StoredBackup> there, damaged) = await blocks.BackupsSinceAsync(DateTime.UnixEpoch, default);
        Assert.Equal((1, 0), (there.Count, damaged));
        Assert.Equal(backups[0].Record, there[0].Record);
        Assert.Empty((await blocks.BackupsSinceAsync(DateTime.UtcNow.AddDays(1), default)).Backups);
        VtBackup backup = BackupRecord.Read(there[0].Record, there[0].Id, from.Session.Info);
        VtHash root = VtBlockReference.Parse(backup.Root).Hash!;
        Assert.Equal([BlockPresence.Present | BlockPresence.Complete], await blocks.ContainsAsync([root], default));

        StoredBackup other = backups[0] with { Record = BackupRecord.Write(backup.With(["tag"], null, false)) };
        VtException differs = await Assert.ThrowsAsync<VtException>(() => blocks.PutBackupAsync(other, default));
        Assert.Equal(VtErrorId.DestinationDiffers, differs.ErrorId);
    }

    /// <summary>Opens the blocks of a new, empty Store that may be written to.</summary>
    private protected abstract Task<IBlockStore> OpenAsync(VtHashName name);

    /// <summary>Removes what <see cref="OpenAsync"/> made, after that was disposed of.</summary>
    protected virtual void CleanUp()
    {
    }

    private static List<VtHash> All(SortedHashes hashes) => [.. Enumerable.Range(0, hashes.Count).Select(i => hashes[i])];

    private async Task<IBlockStore> MakeAsync(VtHashName name)
    {
        IBlockStore blocks = await OpenAsync(name);
        _open.Add(blocks);
        Assert.Equal(name, blocks.HashName);
        return blocks;
    }
}
