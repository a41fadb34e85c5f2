using VtPS.Engine.Objects;
using VtPS.Engine.Protocol;
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
        await silent.Server.Output.WriteAsync(TestFrame.Of(FrameType.Hello, 0, 0, new Hello().ToBytes()));
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
        await wire.Client.Output.WriteAsync(TestFrame.Of(FrameType.Hello, 0, 0, new Hello().ToBytes()));
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
    [InlineData("progress of a call of its own")]
    [InlineData("too many calls")]
    [InlineData("a frame of no type")]
    public async Task A_client_that_breaks_a_rule_is_sent_away_and_its_calls_are_ended(string rule)
    {
        TestWire wire = new();
        EchoHandler handler = new();
        PeerConnection server = PeerConnection.Start(wire.Server, new PeerOptions { IsInitiator = false }, handler);
        await SendAsync(TestFrame.Of(FrameType.Hello, 0, 0, new Hello().ToBytes()));
        await SendAsync(Request(EchoHandler.Wait, 3));
        switch (rule)
        {
            case "a body that was never begun":
                await SendAsync(TestFrame.Of(FrameType.Data, 0, 9, [1]));
                break;
            case "an answer to nothing":
                await SendAsync(TestFrame.Of(FrameType.Answer, 1, 2, []));
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
                await SendAsync(TestFrame.Of(FrameType.Hello, 0, 0, new Hello().ToBytes()));
                break;
            case "more bytes than the window":
                await SendAsync(Request(EchoHandler.Wait, 5, withBody: true));
                for (int i = 0; i <= new Hello().Window / 60_000; i++)
                {
                    await SendAsync(TestFrame.Of(FrameType.Data, 0, 5, new byte[60_000]));
                }

                break;
            case "bytes after the last":
                await SendAsync(TestFrame.Of(FrameType.Data, 0, 3, [1]));
                break;
            case "progress of a call of its own":
                await SendAsync(TestFrame.Of(FrameType.Progress, 0, 3, []));
                break;
            case "too many calls":
                for (uint tag = 5; tag < 400; tag += 2)
                {
                    await SendAsync(Request(EchoHandler.Wait, tag));
                }

                break;
            default:
                await SendAsync(TestFrame.Of((FrameType)77, 0, 0, []));
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

    private static async Task<VtException> ConnectAsync(TestWire wire, PeerOptions options) => await Assert.ThrowsAsync<VtException>(
        () => RemoteObjectStorage.ConnectAsync(wire.Client, string.Empty, false, default, options).WaitAsync(TimeSpan.FromSeconds(30)));

    private static byte[] Request(PeerMethod method, uint tag, bool withBody = false) => TestFrame.Of(FrameType.Request, withBody ? (byte)0 : FrameHeader.Last, tag, [], (ushort)method);
}
