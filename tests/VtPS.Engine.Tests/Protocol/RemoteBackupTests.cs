using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Protocol;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Faults;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>Backups to a Store that a peer serves.</summary>
public sealed class RemoteBackupTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_wire_cut_anywhere_costs_no_backup_and_no_finished_block()
    {
        WriteTree(40, 60_000);
        MemoryStorage first = await StoreWithBackupAsync();
        _temp.WriteFile("src/new/large", TestContent.Random(3_000_000, 99));
        for (int i = 0; i < 30; i++)
        {
            _temp.WriteFile($"src/new/{i}", TestContent.Random(20_000, (ulong)(200 + i)));
        }

        string live = StoreCheck.DescribeLive(_temp.Combine("src"));
        Dictionary<string, string> before = await StoreCheck.ReadAllAsync(first);
        TestWire whole = new();
        await BackupAsync(first.Copy(), whole);
        Random random = new(LongRun.Seed);
        int rounds = LongRun.Count(20, 200);
        int cuts = 0;
        int filesKept = 0;
        for (int round = 0; round < rounds; round++)
        {
            // The end of a run is short, and much happens there.
            long at = random.Next(3) == 0 ? whole.Passed - random.Next(4000) : random.NextInt64(1, whole.Passed);
            MemoryStorage storage = first.Copy();
            try
            {
                await BackupAsync(storage, new TestWire { CutAfter = at });
            }
            catch (VtException e) when (e.ErrorId == VtErrorId.PeerUnreachable)
            {
                cuts++;
                Assert.Contains("run the command again", e.Message, StringComparison.Ordinal);
            }

            int finished = (await storage.ListAllAsync(StoreNames.Data, default)).Count;
            filesKept += finished > 2 ? 1 : 0;
            Dictionary<string, string> after = await StoreCheck.ReadAllAsync(storage);
            Assert.All(before, known => Assert.Equal(known.Value, after[known.Key]));

            VtBackup again = await BackupAsync(storage, new TestWire());
            Assert.Equal(VtBackupStatus.Complete, again.Status);
            Assert.Equal(live, (await StoreCheck.ReadAllAsync(storage))[again.Id]);
            await AssertNothingIsThereTwiceAsync(storage, $"cut {round} of seed {LongRun.Seed}, after {at} of {whole.Passed} bytes");
            await StoreCheck.SweepAllAsync(storage);
        }

        Assert.True(cuts > rounds / 2 && filesKept > 0, $"Of {rounds} wires {cuts} were cut, {filesKept} of them with finished files.");
    }

    [Fact]
    public async Task Latency_is_waited_for_a_few_times_and_not_for_each_file()
    {
        WriteTree(300, 2_000);
        MemoryStorage storage = await StoreWithBackupAsync();
        for (int i = 0; i < 40; i++)
        {
            await using StoreSession near = await StoreCheck.OpenAsync(storage);
            await BackupAsync(near, checkpoints: false);
        }

        WriteTree(600, 2_000);
        TestWire wire = new();
        RemoteObjectStorage remote = await ServedStorage.ConnectAsync(storage, wire: wire);
        await using StoreSession session = await StoreSession.OpenAsync(new StoreAddress("peer"), remote, new MemoryBlockIndexFactory(), default);
        int opened = remote.Statistics.RoundTrips;
        await BackupAsync(session, checkpoints: false);
        int backedUp = remote.Statistics.RoundTrips - opened;
        Assert.True(opened is >= 2 and <= 9 && backedUp is >= 5 and <= 26, $"{opened} to open, {backedUp} to back up.");
    }

    [Fact]
    public async Task One_small_file_is_had_without_reading_the_Store()
    {
        for (int i = 0; i < 100; i++)
        {
            _temp.WriteFile($"src/{i % 10}/{i}", TestContent.Random(300_000, (ulong)i));
        }

        _temp.WriteFile("src/5/small", "small");
        MemoryStorage storage = new();
        TestStore store = await TestStore.CreateAsync(storage);
        VtBackup backup = await store.BackupAsync(_temp.Combine("src"));
        TestWire wire = new();
        RemoteObjectStorage remote = await ServedStorage.ConnectAsync(storage, ExportRight.ReadOnly, wire);
        await using TestStore there = await TestStore.OpenAsync(remote);
        Assert.Equal("small", Encoding.ASCII.GetString(await there.ReadFileAsync(backup, "src/5/small")));
        Assert.InRange(remote.Statistics.BytesReceived, 1000, 3_000_000);
    }

    [Fact]
    public async Task An_append_only_Store_takes_backups_with_checkpoints()
    {
        WriteTree(30, 50_000);
        MemoryStorage storage = new();
        await TestStore.CreateAsync(storage);
        RemoteObjectStorage remote = await ServedStorage.ConnectAsync(storage, ExportRight.AppendOnly);
        await using StoreSession session = await StoreSession.OpenAsync(new StoreAddress("peer"), remote, new MemoryBlockIndexFactory(), default);
        RecordingObserver observer = new();
        VtBackup backup = await BackupAsync(session, observer);
        Assert.Equal(VtBackupStatus.Complete, backup.Status);
        Assert.Equal(StoreCheck.DescribeLive(_temp.Combine("src")), (await StoreCheck.ReadAllAsync(storage))[backup.Id]);
        Assert.Empty(await storage.ListAllAsync(StoreNames.Leases, default));
    }

    [Fact]
    public async Task A_remote_writer_is_alive_while_its_connection_is_and_dead_at_once_when_that_is_cut()
    {
        using TempFolder home = new();
        await using TestStore local = await TestStore.CreateAsync(home.Combine("store"));
        TestWire wire = new();
        LocalFolderStorage served = new(home.Combine("store"));
        Task<VtException?> serving = ServedStorage.ServeAsync(wire.Server, served);
        RemoteObjectStorage remote = await RemoteObjectStorage.ConnectAsync(wire.Client, string.Empty, false, default);
        StoreSession session = await StoreSession.OpenAsync(new StoreAddress("peer"), remote, new MemoryBlockIndexFactory(), default);
        StoreWriter writer = await StoreWriter.OpenAsync(session, "test", default);
        Assert.Equal(local.Storage.LockDomain, remote.LockDomain);

        // No grace at all: only the lock says that the writer lives.
        Assert.Equal(0, await LeaseBook.BuryDeadAsync(local.Storage, new LeaseMemory(null), TimeSpan.Zero, default));
        wire.Cut();
        await serving;
        Assert.Equal(1, await LeaseBook.BuryDeadAsync(local.Storage, new LeaseMemory(null), TimeSpan.FromDays(1), default));
        await writer.DisposeAsync();
        await session.DisposeAsync();
        await served.DisposeAsync();
    }

    [Fact]
    public async Task A_server_of_an_encrypted_Store_learns_no_content_no_name_and_no_hash()
    {
        List<byte[]> secrets = [];
        for (int i = 0; i < 20; i++)
        {
            byte[] content = TestContent.Random(3_000 + (i * 40_000), (ulong)(500 + i));
            _temp.WriteFile($"src/very-secret-folder/confidential-{i}.document", content);
            secrets.Add(content[^24..]);
            secrets.Add(content[..24]);
        }

        secrets.Add("very-secret-folder"u8.ToArray());
        secrets.Add("confidential-"u8.ToArray());
        StoreAddress address = new("peer") { Credentials = new StoreCredentials { KeyFile = _temp.WriteFile("key", TestContent.Random(32, 7)) } };
        MemoryStorage storage = new();
        List<byte[]> heard = [];
        for (int run = 0; run < 2; run++)
        {
            TestWire wire = new() { Listen = true };
            RemoteObjectStorage remote = await ServedStorage.ConnectAsync(storage, wire: wire);
            if (run == 0)
            {
                await StoreCreation.CreateAsync(new CreateStoreRequest { Address = address, Credentials = address.Credentials }, remote, NullObserver.Instance, default);
            }

            await using (StoreSession session = await StoreSession.OpenAsync(address, remote, new MemoryBlockIndexFactory(), default))
            {
                VtBackup backup = await BackupAsync(session);
                Assert.Equal(20, backup.FileCount);
                await StoreCheck.DescribeAsync(session, backup);
                foreach ((VtHash hash, _) in session.Index.Enumerate())
                {
                    secrets.Add(hash.Span.ToArray());
                    secrets.Add(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash.Span)));
                }
            }

            heard.Add(wire.Heard);
        }

        foreach (ObjectInfo info in await storage.ListAllAsync(string.Empty, default))
        {
            heard.Add(Encoding.ASCII.GetBytes(info.Name));
            heard.Add(await storage.GetAsync(info.Name, int.MaxValue, default));
        }

        Assert.True(secrets.Count > 60 && heard.Sum(bytes => bytes.Length) > 10_000_000, "The test has lost what it is about.");
        foreach (byte[] bytes in heard)
        {
            foreach (byte[] secret in secrets)
            {
                Assert.True(bytes.AsSpan().IndexOf(secret) < 0, $"The server was told {Convert.ToHexString(secret)} ({Encoding.ASCII.GetString(secret)}).");
            }
        }
    }

    private static async Task AssertNothingIsThereTwiceAsync(MemoryStorage storage, string where)
    {
        await using StoreSession session = await StoreCheck.OpenAsync(storage);
        foreach ((VtHash hash, _) in session.Index.Enumerate())
        {
            Assert.True(session.Index.FindAll(hash).Count == 1, $"{hash} was sent again: {where}.");
        }
    }

    private async Task<MemoryStorage> StoreWithBackupAsync()
    {
        MemoryStorage storage = new();
        TestStore store = await TestStore.CreateAsync(storage);
        await BackupAsync(store.Session);
        return storage;
    }

    /// <summary>Backs up over a wire, and waits until the server has come to its end.</summary>
    private async Task<VtBackup> BackupAsync(MemoryStorage storage, TestWire wire)
    {
        Task<VtException?> serving = ServedStorage.ServeAsync(wire.Server, storage);
        try
        {
            RemoteObjectStorage remote = await RemoteObjectStorage.ConnectAsync(wire.Client, string.Empty, false, default);
            await using (remote)
            {
                await using StoreSession session = await StoreSession.OpenAsync(new StoreAddress("peer"), remote, new MemoryBlockIndexFactory(), default);
                return await BackupAsync(session);
            }
        }
        finally
        {
            await serving;
        }
    }

    private Task<VtBackup> BackupAsync(StoreSession session, IOperationObserver? observer = null, bool checkpoints = true) => BackupOperation.RunAsync(
        session,
        new BackupRequest
        {
            Paths = new[] { Encoding.UTF8.GetBytes(_temp.Combine("src")) }.ToAsyncEnumerable(),
            HostName = "host",
            CheckpointInterval = checkpoints ? TimeSpan.FromMilliseconds(20) : TimeSpan.FromHours(1),
        },
        observer ?? NullObserver.Instance,
        default);

    private void WriteTree(int files, int length)
    {
        for (int i = 0; i < files; i++)
        {
            _temp.WriteFile($"src/{i % 7}/{i}", TestContent.Random(length + i, (ulong)i));
        }
    }
}
