using VtPS.Engine.Objects;
using VtPS.Engine.Protocol;
using VtPS.Engine.Tests.Faults;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>Peers that do not keep to the protocol, or keep silent.</summary>
public sealed class BadPeerTests
{
    private static readonly PeerOptions Impatient = new() { KeepAlive = TimeSpan.FromMilliseconds(100), SilentIntervals = 3 };

    [Fact]
    public async Task A_peer_that_never_answers_is_given_up()
    {
        TestWire wire = new();
        VtException e = await ConnectAsync(wire, Impatient);
        Assert.Equal(VtErrorId.PeerTimeout, e.ErrorId);
        Assert.Contains("'peer'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_stops_answering_in_the_middle_is_given_up_and_one_that_only_works_long_is_not()
    {
        TestWire wire = new();
        EchoHandler handler = new();
        PeerConnection server = PeerConnection.Start(wire.Server, new PeerOptions { IsInitiator = false }, handler);
        PeerConnection client = PeerConnection.Start(wire.Client, Impatient, null);
        Task<byte[]> call = client.CallAsync(EchoHandler.Wait, default, default).AsTask();
        await Task.Delay(1000);
        Assert.False(call.IsCompleted, call.Exception?.ToString());
        await client.DisposeAsync();
        await server.DisposeAsync();

        TestWire silent = new();
        await silent.Server.Output.WriteAsync(Frame(FrameType.Hello, 0, 0, new Hello().ToBytes()));
        Assert.Equal(VtErrorId.PeerTimeout, (await ConnectAsync(silent, Impatient)).ErrorId);
    }

    [Fact]
    public async Task What_a_login_script_prints_is_told()
    {
        TestWire wire = new();
        await wire.Server.Output.WriteAsync("Welcome to this machine!\nHave a nice day.\n"u8.ToArray());
        VtException e = await ConnectAsync(wire, new PeerOptions());
        Assert.Equal(VtErrorId.PeerProtocolMismatch, e.ErrorId);
        Assert.Contains("Welcome to this machine!", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_version_is_refused_on_both_sides()
    {
        TestWire wire = new();
        Task<VtException?> serving = ServedStorage.ServeAsync(wire.Server, new MemoryStorage(), options: new PeerOptions { Hello = new Hello { LowestVersion = 2, HighestVersion = 3 } });
        VtException e = await ConnectAsync(wire, new PeerOptions());
        Assert.Equal(VtErrorId.PeerProtocolMismatch, e.ErrorId);
        Assert.Contains("versions 2 to 3", e.Message, StringComparison.Ordinal);
        Assert.NotNull(await serving);
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(0x7fffffffu)]
    [InlineData(65_537u)]
    public async Task An_announced_length_above_the_limit_is_refused_before_room_is_made(uint length)
    {
        TestWire wire = new();
        Task<VtException?> serving = ServedStorage.ServeAsync(wire.Server, new MemoryStorage());
        await wire.Client.Output.WriteAsync(Frame(FrameType.Hello, 0, 0, new Hello().ToBytes()));
        byte[] header = new byte[FrameHeader.Size];
        new FrameHeader(length, FrameType.Request, FrameHeader.Last, 1, 1).Write(header);
        long before = GC.GetTotalAllocatedBytes();
        await wire.Client.Output.WriteAsync(header);
        VtException? e = await serving;
        Assert.Equal(VtErrorId.PeerProtocolMismatch, e!.ErrorId);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50_000_000);
    }

    [Theory]
    [InlineData("a body that was never begun")]
    [InlineData("an answer to nothing")]
    [InlineData("a number of the wrong side")]
    [InlineData("a number a second time")]
    [InlineData("a smaller number")]
    [InlineData("a second Hello")]
    [InlineData("more bytes than the window")]
    [InlineData("bytes after the last")]
    [InlineData("too many calls")]
    [InlineData("a frame of no type")]
    public async Task A_client_that_breaks_a_rule_is_sent_away_and_its_calls_are_ended(string rule)
    {
        TestWire wire = new();
        EchoHandler handler = new();
        PeerConnection server = PeerConnection.Start(wire.Server, new PeerOptions { IsInitiator = false }, handler);
        await SendAsync(Frame(FrameType.Hello, 0, 0, new Hello().ToBytes()));
        await SendAsync(Request(EchoHandler.Wait, 3));
        switch (rule)
        {
            case "a body that was never begun":
                await SendAsync(Frame(FrameType.Data, 0, 9, [1]));
                break;
            case "an answer to nothing":
                await SendAsync(Frame(FrameType.Answer, 1, 2, []));
                break;
            case "a number of the wrong side":
                await SendAsync(Request(EchoHandler.Wait, 4));
                break;
            case "a number a second time":
                await SendAsync(Request(EchoHandler.Wait, 3));
                break;
            case "a smaller number":
                await SendAsync(Request(EchoHandler.Wait, 1));
                break;
            case "a second Hello":
                await SendAsync(Frame(FrameType.Hello, 0, 0, new Hello().ToBytes()));
                break;
            case "more bytes than the window":
                await SendAsync(Request(EchoHandler.Wait, 5, withBody: true));
                for (int i = 0; i < 40; i++)
                {
                    await SendAsync(Frame(FrameType.Data, 0, 5, new byte[60_000]));
                }

                break;
            case "bytes after the last":
                await SendAsync(Frame(FrameType.Data, 0, 3, [1]));
                break;
            case "too many calls":
                for (uint tag = 5; tag < 400; tag += 2)
                {
                    await SendAsync(Request(EchoHandler.Wait, tag));
                }

                break;
            default:
                await SendAsync(Frame((FrameType)77, 0, 0, []));
                break;
        }

        VtException? e = await server.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(VtErrorId.PeerProtocolMismatch, e!.ErrorId);
        Assert.Equal(handler.Waiting, handler.Cancelled);
        await server.DisposeAsync();

        async Task SendAsync(byte[] frame)
        {
            try
            {
                await wire.Client.Output.WriteAsync(frame);
            }
            catch (IOException)
            {
                // Sent away already.
            }
        }
    }

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
    public async Task Whatever_bytes_come_a_client_ends_with_an_error_of_the_peer()
    {
        Random random = new(LongRun.Seed + 1);
        int rounds = LongRun.Count(150, 20_000);
        for (int round = 0; round < rounds; round++)
        {
            byte[] answers =
            [
                .. Frame(FrameType.Hello, 0, 0, new Hello().ToBytes()), .. Frame(FrameType.Answer, 1, 1, [0]),
                .. Frame(FrameType.Answer, 0, 3, []), .. Frame(FrameType.Data, 1, 3, ObjectMessages.Text("data/00/x")), .. Frame(FrameType.Bye, 0, 0, []),
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

    private static async Task<VtException> ConnectAsync(TestWire wire, PeerOptions options) => await Assert.ThrowsAsync<VtException>(
        () => RemoteObjectStorage.ConnectAsync(wire.Client, string.Empty, false, default, options).WaitAsync(TimeSpan.FromSeconds(30)));

    private static byte[] Request(PeerMethod method, uint tag, bool withBody = false) => Frame(FrameType.Request, withBody ? (byte)0 : FrameHeader.Last, tag, [], (ushort)method);

    private static byte[] Frame(FrameType type, byte flags, uint tag, byte[] payload, ushort method = 0)
    {
        byte[] frame = new byte[FrameHeader.Size + payload.Length];
        new FrameHeader((uint)payload.Length, type, flags, method, tag).Write(frame);
        payload.CopyTo(frame, FrameHeader.Size);
        return frame;
    }
}
