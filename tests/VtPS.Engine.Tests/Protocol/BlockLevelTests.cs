using VtPS.Engine.Hashing;
using VtPS.Engine.Objects;
using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Faults;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>The blocks of a Store that the serving side has opened itself.</summary>
public sealed class BlockLevelTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly List<Task> _services = [];

    public void Dispose()
    {
        Assert.True(Task.WaitAll([.. _services], TimeSpan.FromSeconds(30)), "A service did not end.");
        _temp.Dispose();
    }

    [Fact]
    public async Task A_backup_is_brought_over_block_by_block_and_is_the_same_there()
    {
        await using TestStore here = await FilledAsync();
        await using LocalBlocks source = new((await TestStore.OpenAsync(_temp.Combine("here"))).Session, forWriting: false);
        await using TestStore there = await TestStore.CreateAsync(_temp.Combine("there"), request => request with { AverageBlock = 8192 });
        await using (RemoteBlocks remote = await ConnectAsync())
        {
            Assert.Equal((there.Session.Info.StoreId, 0L), (remote.Opened.StoreId, remote.Opened.Blocks));
            (List<VtHash> missing, _) = await BlockComparison.RunAsync(Task.FromResult(SortedHashes.Read(here.Session.Index, VtHashName.Sha256)), remote, default);
            await Task.WhenAll(missing.Select(async hash => Assert.Equal(hash, await remote.PutAsync(await source.GetAsync(hash, default), false, default))));
            await remote.PutBackupAsync(Assert.Single((await source.BackupsSinceAsync(DateTime.UnixEpoch, default)).Backups), default);

            // The same connection: the hashes are looked at anew.
            (missing, List<VtHash> more) = await BlockComparison.RunAsync(Task.FromResult(SortedHashes.Read(here.Session.Index, VtHashName.Sha256)), remote, default);
            Assert.Empty(missing);
            Assert.Empty(more);
        }

        await EndedAsync();
        Assert.Equal(await StoreCheck.ReadAllAsync(here.Storage), await StoreCheck.ReadAllAsync(there.Storage));
        Assert.Empty(await there.ObjectsAsync(StoreNames.Leases));
    }

    [Fact]
    public async Task What_a_client_puts_is_safe_under_the_servers_lease_and_kept_when_the_wire_is_cut()
    {
        await using TestStore there = await TestStore.CreateAsync(_temp.Combine("there"));
        byte[] block = TestContent.Random(50_000, 1);
        TestWire wire = new();
        await using (RemoteBlocks remote = await ConnectAsync(wire: wire))
        {
            await remote.PutAsync(block, false, default);
            Assert.Equal(0, await LeaseBook.BuryDeadAsync(there.Storage, new LeaseMemory(null), TimeSpan.Zero, default));
            wire.Cut();
        }

        await EndedAsync();
        Assert.Empty(await there.ObjectsAsync(StoreNames.Leases));
        await using RemoteBlocks again = await ConnectAsync();
        Assert.Equal([BlockPresence.Present], await again.ContainsAsync([BlockHasher.Compute(VtHashName.Sha256, block)], default));
    }

    [Fact]
    public async Task A_client_that_may_only_read_writes_nothing_and_takes_no_lease()
    {
        await using TestStore there = await TestStore.CreateAsync(_temp.Combine("there"));
        await using RemoteBlocks remote = await ConnectAsync(ExportRight.ReadOnly);
        Assert.Equal(VtErrorId.PeerRightDenied, (await Assert.ThrowsAsync<VtException>(() => remote.PutAsync(new byte[5000], false, default))).ErrorId);
        Assert.Equal(VtErrorId.PeerRightDenied, (await Assert.ThrowsAsync<VtException>(() => remote.FlushAsync(default))).ErrorId);
        Assert.Equal(VtErrorId.PeerRightDenied, (await Assert.ThrowsAsync<VtException>(() => remote.PutBackupAsync(new StoredBackup("x", []), default))).ErrorId);
        Assert.Equal([BlockPresence.None], await remote.ContainsAsync([new VtHash("sha256:" + new string('1', 64))], default));
        Assert.Equal(VtErrorId.BlockNotFound, (await Assert.ThrowsAsync<VtException>(() => remote.GetAsync(new VtHash("sha256:" + new string('1', 64)), default))).ErrorId);
        Assert.Equal(["store.json"], await there.ObjectsAsync());
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(0, 5, 0)]
    [InlineData(2000, 0, 0)]
    [InlineData(2000, 3, 2)]
    [InlineData(300, 3000, 40)]
    public async Task Two_Stores_are_told_apart_by_digests_of_windows(int common, int onlyHere, int onlyThere) => await CompareAsync(common, onlyHere, onlyThere);

    [Fact]
    public async Task What_is_equal_in_two_large_Stores_costs_next_to_nothing()
    {
        PeerStatistics statistics = await CompareAsync(LongRun.Count(20_000, 1_000_000), 50, 50);
        Assert.InRange(statistics.BytesSent + statistics.BytesReceived, 1000, LongRun.Count(150_000, 500_000));
        Assert.InRange(statistics.RoundTrips, 3, 15);
    }

    /// <summary>Where one side has nothing, the other's hashes come in several answers, none of which grows with the Store.</summary>
    [Fact]
    public async Task WhatIsAllOnOneSideIsAskedForInParts()
    {
        PeerStatistics wire = await CompareAsync(0, 0, 200_000);
        Assert.InRange(wire.RoundTrips, 5, 12);
        Assert.InRange(wire.BytesReceived, 200_000 * 32, (200_000 * 32) + 100_000);
    }

    private async Task<PeerStatistics> CompareAsync(int common, int onlyHere, int onlyThere)
    {
        VtHash[] hashes = new VtHash[common + onlyHere + onlyThere];
        for (int i = 0; i < hashes.Length; i++)
        {
            hashes[i] = new VtHash(VtHashName.Sha256, TestContent.Random(32, (ulong)i));
        }

        TestStore there = await TestStore.CreateAsync(new MemoryStorage());
        await FillAsync(there, [.. hashes[..common], .. hashes[(common + onlyHere)..]]);
        TestStore mine = await TestStore.CreateAsync(new MemoryStorage());
        await FillAsync(mine, hashes[..(common + onlyHere)]);
        TestWire wire = new();
        _services.Add(PeerService.RunAsync(wire.Server, (_, _) => ValueTask.FromResult<IStoreService>(BlockServer.Of(there.Session, ExportRight.ReadOnly)), ExportRight.ReadOnly, default));
        await using RemoteBlocks remote = await RemoteBlocks.ConnectAsync(wire.Client, string.Empty, default);
        (List<VtHash> here, List<VtHash> away) = await BlockComparison.RunAsync(Task.FromResult(SortedHashes.Read(mine.Session.Index, VtHashName.Sha256)), remote, default);
        Assert.Equal(hashes[common..(common + onlyHere)].Order(), here.Order());
        Assert.Equal(hashes[(common + onlyHere)..].Order(), away.Order());
        return remote.Statistics;
    }

    /// <summary>Makes a Store's index know blocks that a listed data file holds; nobody reads them.</summary>
    private static async Task FillAsync(TestStore store, VtHash[] hashes)
    {
        List<IndexedRecord> records = [];
        for (int i = 0; i < hashes.Length; i += 1000)
        {
            records.Add(new IndexedRecord(i, 1000, hashes[i..Math.Min(i + 1000, hashes.Length)].Select(hash => (hash, 1)).ToArray()));
        }

        DataFileId file = DataFileId.New();
        await store.Storage.PutAsync(StoreNames.DataFile(file), "test", new byte[1000], default);
        store.Session.Index.AddFile(file, 1000, records);
    }

    private async Task<TestStore> FilledAsync()
    {
        for (int i = 0; i < 12; i++)
        {
            _temp.WriteFile($"src/{i % 3}/{i}", TestContent.Random(40_000 + (i * 9_000), (ulong)i));
        }

        TestStore store = await TestStore.CreateAsync(_temp.Combine("here"), request => request with { AverageBlock = 16384 });
        await store.BackupAsync(_temp.Combine("src"));
        return store;
    }

    private async Task<RemoteBlocks> ConnectAsync(ExportRight right = ExportRight.Full, TestWire? wire = null)
    {
        wire ??= new TestWire();
        StoreExport export = new(new StoreAddress(_temp.Combine("there")), right, new MemoryBlockIndexFactory());
        _services.Add(PeerService.RunAsync(wire.Server, export.OpenAsync, right, default));
        return await RemoteBlocks.ConnectAsync(wire.Client, string.Empty, default);
    }

    private Task EndedAsync() => Task.WhenAll(_services);
}
