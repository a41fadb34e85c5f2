using VtPS.Engine.Objects;
using VtPS.Engine.Protocol;
using VtPS.Engine.Serving;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Faults;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>Peers that send anything: good streams with damage.</summary>
public sealed class FuzzedPeerTests
{
    [Fact]
    public async Task Whatever_bytes_come_a_server_ends_its_client_and_nothing_else()
    {
        Random random = new(LongRun.Seed);
        byte[] good = await RecordAsync();
        int rounds = LongRun.Count(150, 20_000);
        MemoryStorage storage = new();
        for (int round = 0; round < rounds; round++)
        {
            byte[] bytes = Damage(good, random);
            TestWire wire = new();
            Task<VtException?> serving = ServedStorage.ServeAsync(wire.Server, storage);
            await wire.Client.Output.WriteAsync(bytes);
            await wire.Client.Output.DisposeAsync();
            VtException? end = await serving.WaitAsync(TimeSpan.FromSeconds(60));
            Assert.True(end is null or { ErrorId: VtErrorId.PeerUnreachable or VtErrorId.PeerProtocolMismatch }, $"Round {round} of seed {LongRun.Seed}: {end}");
        }

        // The storage still works, whatever of it was written.
        await storage.PutAsync("data/00/after", "owner", new byte[1], default);
    }

    [Fact]
    public async Task Whatever_bytes_come_a_server_of_blocks_ends_its_client_and_nothing_else()
    {
        Random random = new(LongRun.Seed + 2);
        MemoryStorage storage = new();
        await TestStore.CreateAsync(storage);

        byte[] good = await RecordBlocksAsync(storage);
        int rounds = LongRun.Count(100, 20_000);
        for (int round = 0; round < rounds; round++)
        {
            TestWire wire = new();
            Task<VtException?> serving = ServeBlocksAsync(wire, storage);
            await wire.Client.Output.WriteAsync(Damage(good, random));
            await wire.Client.Output.DisposeAsync();
            VtException? end = await serving.WaitAsync(TimeSpan.FromSeconds(60));
            Assert.True(end is null or { ErrorId: VtErrorId.PeerUnreachable or VtErrorId.PeerProtocolMismatch }, $"Round {round} of seed {LongRun.Seed}: {end}");
        }

        // No lease was left, and what was put can be read.
        Assert.Empty(await storage.ListAllAsync(StoreNames.Leases, default));
        await StoreCheck.ReadAllAsync(storage);
    }

    [Fact]
    public async Task Whatever_blocks_are_answered_a_client_ends_with_an_error_of_the_peer()
    {
        Random random = new(LongRun.Seed + 3);
        int rounds = LongRun.Count(200, 20_000);
        int refused = 0;
        for (int round = 0; round < rounds; round++)
        {
            TestWire wire = new();
            PeerConnection server = PeerConnection.Start(wire.Server, new PeerOptions { IsInitiator = false }, new RandomAnswers(random));
            VtHash hash = new(VtHashName.Sha256, TestContent.Random(32, 1));
            await using RemoteBlocks blocks = await RemoteBlocks.ConnectAsync(wire.Client, string.Empty, default);
            try
            {
                await (random.Next(6) switch
                {
                    0 => blocks.ContainsAsync([hash, hash], default),
                    1 => blocks.GetAsync(hash, default),
                    2 => blocks.DigestsAsync(0, new uint[] { 0 }, default),
                    3 => blocks.WindowHashesAsync(1, new uint[] { 0, 7 }, default),
                    4 => blocks.HashesAfterAsync(null, 10, default),
                    _ => (Task)blocks.BackupsSinceAsync(DateTime.UnixEpoch, default),
                }).WaitAsync(TimeSpan.FromSeconds(60));
            }
            catch (VtException e) when (e.ErrorId is VtErrorId.PeerProtocolMismatch or VtErrorId.BlockDamaged)
            {
                refused++;
            }

            await server.DisposeAsync();
        }

        Assert.True(refused > rounds / 2, $"{refused} answers were refused.");
    }

    [Fact]
    public async Task Whatever_bytes_come_a_client_ends_with_an_error_of_the_peer()
    {
        Random random = new(LongRun.Seed + 1);
        int rounds = LongRun.Count(150, 20_000);
        for (int round = 0; round < rounds; round++)
        {
            byte[] answers =
            [
                .. TestFrame.Of(FrameType.Hello, 0, 0, new Hello().ToBytes()), .. TestFrame.Of(FrameType.Answer, 1, 1, [0]),
                .. TestFrame.Of(FrameType.Answer, 0, 3, []), .. TestFrame.Of(FrameType.Data, 1, 3, ObjectMessages.Text("data/00/x")), .. TestFrame.Of(FrameType.Bye, 0, 0, []),
            ];
            TestWire wire = new();
            await wire.Server.Output.WriteAsync(Damage(answers, random));
            await wire.Server.Output.DisposeAsync();
            try
            {
                await using RemoteObjectStorage storage = await RemoteObjectStorage.ConnectAsync(wire.Client, string.Empty, false, default).WaitAsync(TimeSpan.FromSeconds(60));
                await storage.ListAllAsync("data/", default).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
            }
            catch (VtException e) when (e.ErrorId is VtErrorId.PeerUnreachable or VtErrorId.PeerProtocolMismatch)
            {
            }
            catch (Exception e) when (e is ObjectNotFoundException or ObjectExistsException or InvalidDataException or OperationCanceledException)
            {
                // An error frame can say these of its own accord.
            }
        }
    }

    /// <summary>What a client that lists, puts and reads sends.</summary>
    private static async Task<byte[]> RecordAsync()
    {
        TestWire wire = new() { Listen = true };
        await using (RemoteObjectStorage client = await ServedStorage.ConnectAsync(new MemoryStorage(), wire: wire))
        {
            await client.PutAsync("data/00/x", "owner", TestContent.Random(5000, 1), default);
            await client.ListAllAsync("data/", default);
            await client.GetAsync("data/00/x", 10_000, default);
            await using IAsyncDisposable? held = await client.TryPutLockedAsync("leases/1.json", new byte[10], default);
            await client.DeleteAsync("data/00/x", default);
        }

        return wire.Heard;
    }

    /// <summary>What a client that compares, puts and reads blocks sends.</summary>
    private static async Task<byte[]> RecordBlocksAsync(MemoryStorage storage)
    {
        TestWire wire = new() { Listen = true };
        Task<VtException?> serving = ServeBlocksAsync(wire, storage);
        await using (RemoteBlocks blocks = await RemoteBlocks.ConnectAsync(wire.Client, string.Empty, default))
        {
            VtHash hash = await blocks.PutAsync(TestContent.Random(5000, 1), true, default);
            await blocks.ContainsAsync([hash], default);
            await blocks.DigestsAsync(0, new uint[] { 0 }, default);
            await blocks.FlushAsync(default);
            await blocks.WindowHashesAsync(1, new uint[] { 0, 1, 2 }, default);
            await blocks.HashesAfterAsync(hash, 10, default);
            await blocks.GetAsync(hash, default);
            await blocks.BackupsSinceAsync(DateTime.UnixEpoch, default);
            await Assert.ThrowsAsync<VtException>(() => blocks.PutBackupAsync(new StoredBackup("x", new byte[50]), default));
        }

        await serving;
        return wire.Heard;
    }

    private static Task<VtException?> ServeBlocksAsync(TestWire wire, MemoryStorage storage) => PeerService.RunAsync(
        wire.Server,
        async (_, _) => BlockServer.Of(await StoreCheck.OpenAsync(storage), ExportRight.Full),
        ExportRight.Full,
        default);

    private static byte[] Damage(byte[] good, Random random)
    {
        byte[] bytes = [.. good];
        switch (random.Next(4))
        {
            case 0:
                for (int i = random.Next(1, 6); i > 0; i--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }

                return bytes;
            case 1:
                return bytes[..random.Next(bytes.Length)];
            case 2:
                int from = random.Next(bytes.Length);
                int count = random.Next(Math.Min(200, bytes.Length - from));
                return [.. bytes[..from], .. bytes[(from + count)..]];
            default:
                random.NextBytes(bytes.AsSpan(random.Next(bytes.Length)));
                return bytes;
        }
    }

    /// <summary>Opens, and then answers whatever comes to mind.</summary>
    private sealed class RandomAnswers(Random random) : IPeerHandler
    {
        public async Task HandleAsync(IncomingCall call)
        {
            if (call.Method == PeerMethod.Open)
            {
                await call.AnswerAsync(new BlockStatus(new string('0', 32), VtHashName.Sha256, 1, 2, 3, false, 4).ToBytes());
                return;
            }

            byte[] body = new byte[random.Next(80)];
            random.NextBytes(body);
            await call.AnswerAsync(new byte[] { 1 }, withBody: true);
            await call.WriteAsync(body, true, call.Cancelled);
        }
    }
}
