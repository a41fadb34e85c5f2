using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.Copies;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Faults;
using VtPS.Engine.Tests.Support;
using VtPS.Sqlite;
using Xunit;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>Copies to a Store that a peer serves.</summary>
public sealed class RemoteCopyTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_wire_cut_anywhere_costs_no_copy_and_no_finished_block()
    {
        (MemoryStorage source, List<VtBackup> backups) = await SourceAsync();
        Dictionary<string, string> expected = await StoreCheck.ReadAllAsync(source);
        MemoryStorage empty = new();
        await TestStore.CreateAsync(empty);

        TestWire whole = new();
        await CopyAsync(source, empty.Copy(), backups, whole);
        Random random = new(LongRun.Seed);
        int rounds = LongRun.Count(15, 200);
        int cuts = 0;
        int goneOn = 0;
        for (int round = 0; round < rounds; round++)
        {
            long at = random.Next(3) == 0 ? whole.Passed - random.Next(4000) : random.NextInt64(1, whole.Passed);
            MemoryStorage storage = empty.Copy();
            try
            {
                await CopyAsync(source, storage, backups, new TestWire { CutAfter = at });
            }
            catch (VtException e) when (e.ErrorId == VtErrorId.PeerUnreachable)
            {
                cuts++;
            }

            goneOn += (await storage.ListAllAsync(StoreNames.Data, default)).Count > 0 ? 1 : 0;
            foreach ((string id, string content) in await StoreCheck.ReadAllAsync(storage))
            {
                Assert.Equal(expected[id], content);
            }

            await CopyAsync(source, storage, backups, new TestWire());
            Assert.Equal(expected, await StoreCheck.ReadAllAsync(storage));
            await using StoreSession session = await StoreCheck.OpenAsync(storage);
            Assert.All(session.Index.Enumerate(), block => Assert.True(
                session.Index.FindAll(block.Hash).Count == 1, $"{block.Hash} was sent again: cut {round} of seed {LongRun.Seed}, after {at} of {whole.Passed} bytes."));
        }

        Assert.True(cuts > rounds / 2 && goneOn > rounds / 4, $"Of {rounds} wires {cuts} were cut, and {goneOn} copies had something to go on from.");
    }

    [Fact]
    public async Task Copied_again_a_backup_costs_a_few_kilobytes_and_the_next_version_what_is_new()
    {
        (MemoryStorage source, List<VtBackup> backups) = await SourceAsync();
        MemoryStorage destination = new();
        await TestStore.CreateAsync(destination);

        SqliteBlockIndexFactory indexes = new(_temp.Combine("cache"));
        await CopyAsync(source, destination, backups, new TestWire(), indexes);
        TestWire again = new();
        await CopyAsync(source, destination, backups, again, indexes);
        Assert.InRange(again.Passed, 500, 10_000);

        _temp.WriteFile("src/3/new", TestContent.Random(2_000_000, 77));
        VtBackup third = await BackUpAsync(source);
        TestWire wire = new();
        await CopyAsync(source, destination, [third], wire, indexes);
        Assert.InRange(wire.Passed, 2_000_000, (long)(1.05 * third.BytesStored));
    }

    /// <summary>A Store with two backups of some 6 MB in many records.</summary>
    private async Task<(MemoryStorage Source, List<VtBackup> Backups)> SourceAsync()
    {
        MemoryStorage source = new();
        await TestStore.CreateAsync(source);

        for (int i = 0; i < 60; i++)
        {
            _temp.WriteFile($"src/{i % 7}/{i}", TestContent.Random(100_000 + i, (ulong)i));
        }

        VtBackup first = await BackUpAsync(source);
        _temp.WriteFile("src/3/3", TestContent.Random(50_000, 1000));
        return (source, [first, await BackUpAsync(source)]);
    }

    private async Task<VtBackup> BackUpAsync(MemoryStorage storage)
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage);
        return await BackupOperation.RunAsync(
            session,
            new BackupRequest { Paths = new[] { Encoding.UTF8.GetBytes(_temp.Combine("src")) }.ToAsyncEnumerable(), HostName = "host" },
            NullObserver.Instance,
            default);
    }

    /// <summary>Copies over a wire, and waits until the server has come to its end.</summary>
    private static async Task CopyAsync(MemoryStorage source, MemoryStorage destination, List<VtBackup> backups, TestWire wire, IBlockIndexFactory? indexes = null)
    {
        Task<VtException?> serving = ServedStorage.ServeAsync(wire.Server, destination);
        try
        {
            await using StoreSession from = await StoreCheck.OpenAsync(source);
            RemoteObjectStorage remote = await RemoteObjectStorage.ConnectAsync(wire.Client, string.Empty, false, default);
            await using (remote)
            {
                await using StoreSession to = await StoreSession.OpenAsync(new StoreAddress("peer"), remote, indexes ?? new MemoryBlockIndexFactory(), default);
                CopyBackupRequest request = new() { Backups = backups, BlocksAtOnce = 128 };
                CopyBackupResult result = await CopyBackupOperation.RunAsync(from, to, request, NullObserver.Instance, default);
                Assert.Equal(backups.Select(backup => backup.Id), result.Backups.Select(copied => copied.Backup.Id));
            }
        }
        finally
        {
            await serving;
        }
    }
}
