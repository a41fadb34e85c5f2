using VtPS.Engine.Protocol;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Protocol;

public sealed class PeerConnectionTests : IAsyncLifetime
{
    private readonly TestWire _wire = new();
    private readonly EchoHandler _handler = new();
    private PeerConnection? _client;
    private PeerConnection? _server;

    private PeerConnection Client => _client!;

    private PeerConnection Server => _server!;

    public Task InitializeAsync()
    {
        _client = PeerConnection.Start(_wire.Client, new PeerOptions(), _handler);
        _server = PeerConnection.Start(_wire.Server, new PeerOptions { IsInitiator = false }, _handler);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(9_000_000)]
    public async Task Bodies_go_both_ways_through_one_call(int length)
    {
        byte[] sent = TestContent.Random(length, 1);
        Assert.Equal(sent, await EchoAsync(Client, sent));
    }

    [Fact]
    public async Task Both_sides_call_at_once_and_many_calls_are_under_way()
    {
        Task<byte[]>[] calls = new Task<byte[]>[200];
        for (int i = 0; i < calls.Length; i++)
        {
            calls[i] = EchoAsync(i % 2 == 0 ? Client : Server, TestContent.Random(i * 1500, (ulong)i));
        }

        byte[][] answers = await Task.WhenAll(calls);
        for (int i = 0; i < calls.Length; i++)
        {
            Assert.Equal(TestContent.Random(i * 1500, (ulong)i), answers[i]);
        }
    }

    [Fact]
    public async Task An_error_comes_with_its_id_its_text_and_its_target()
    {
        VtException e = await Assert.ThrowsAsync<VtException>(async () => await Client.CallAsync(EchoHandler.Fail, default, default));
        Assert.Equal(VtErrorId.StoreFull, e.ErrorId);
        Assert.Equal("/there", e.Target);
        Assert.Contains("no room", e.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2], await EchoAsync(Client, [1, 2]));
    }

    [Fact]
    public async Task A_request_of_an_unknown_kind_is_an_error_of_that_call_alone()
    {
        VtException e = await Assert.ThrowsAsync<VtException>(async () => await Client.CallAsync((PeerMethod)9999, default, default));
        Assert.Equal(VtErrorId.PeerProtocolMismatch, e.ErrorId);
        Assert.Equal([3], await EchoAsync(Client, [3]));
    }

    [Fact]
    public async Task A_cancelled_call_ends_here_at_once_and_there_soon()
    {
        using CancellationTokenSource source = new();
        Task<byte[]> call = Client.CallAsync(EchoHandler.Wait, default, source.Token).AsTask();
        await UntilAsync(() => _handler.Waiting == 1);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await UntilAsync(() => _handler.Cancelled == 1);
        Assert.Equal([4], await EchoAsync(Client, [4]));
    }

    [Fact]
    public async Task No_more_calls_are_sent_than_the_peer_takes()
    {
        List<Task> calls = [];
        for (int i = 0; i < 100; i++)
        {
            calls.Add(Client.CallAsync(EchoHandler.Wait, default, default).AsTask());
        }

        await UntilAsync(() => _handler.Waiting == Client.Options.Hello.MaximumRequests);
        await Task.Delay(100);
        Assert.Equal(Client.Options.Hello.MaximumRequests, _handler.Waiting);
        Assert.All(calls, call => Assert.False(call.IsCompleted));
        await Server.DisposeAsync();
        foreach (Task call in calls)
        {
            Assert.Equal(VtErrorId.PeerUnreachable, (await Assert.ThrowsAsync<VtException>(() => call)).ErrorId);
        }
    }

    [Fact]
    public async Task A_body_that_nobody_reads_waits_after_one_window()
    {
        OutgoingCall call = await Client.BeginAsync(EchoHandler.Echo, default, true, default);
        await using (call)
        {
            // Echoed, and not read here: both windows fill, and no more is taken in by either side.
            int window = Client.Options.Hello.Window;
            using CancellationTokenSource enough = new(TimeSpan.FromSeconds(1));
            byte[] piece = new byte[50_000];
            long sent = 0;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                while (true)
                {
                    await call.WriteAsync(piece, false, enough.Token);
                    sent += piece.Length;
                }
            });
            Assert.InRange(sent, window, (3 * window) + piece.Length);
            Assert.Equal([5], await EchoAsync(Client, [5]));
        }
    }

    [Fact]
    public async Task An_answer_before_the_bodys_end_ends_the_call()
    {
        OutgoingCall call = await Client.BeginAsync(EchoHandler.Deaf, default, true, default);
        await using (call)
        {
            await call.WriteAsync(new byte[1000], false, default);
            Assert.Empty(await call.AnswerAsync(default));
        }

        Assert.Equal([6], await EchoAsync(Client, [6]));
    }

    [Fact]
    public async Task A_cut_wire_ends_every_call_with_the_peers_name_and_the_next_step()
    {
        Task<byte[]> call = Client.CallAsync(EchoHandler.Wait, default, default).AsTask();
        await UntilAsync(() => _handler.Waiting == 1);
        _wire.Cut();
        VtException e = await Assert.ThrowsAsync<VtException>(() => call);
        Assert.Equal(VtErrorId.PeerUnreachable, e.ErrorId);
        Assert.Contains("'peer'", e.Message, StringComparison.Ordinal);
        Assert.Contains("run the command again", e.Message, StringComparison.Ordinal);
        Assert.Equal(VtErrorId.PeerUnreachable, (await Assert.ThrowsAsync<VtException>(async () => await Client.CallAsync(EchoHandler.Deaf, default, default))).ErrorId);
        Assert.NotNull(await Server.WaitForEndAsync());
        Assert.Equal(1, _handler.Cancelled);
    }

    [Fact]
    public async Task A_peer_that_takes_its_leave_is_no_error()
    {
        Assert.Equal([7], await EchoAsync(Client, [7]));
        await Client.DisposeAsync();
        Assert.Null(await Server.WaitForEndAsync());
    }

    [Fact]
    public async Task Frames_bytes_calls_and_round_trips_are_counted()
    {
        await EchoAsync(Client, []);
        await Task.WhenAll(EchoAsync(Client, [1]), EchoAsync(Client, [2]), EchoAsync(Client, [3]));
        await EchoAsync(Client, [4]);
        PeerStatistics statistics = Client.Statistics;
        Assert.Equal(5, statistics.Calls);
        Assert.InRange(statistics.RoundTrips, 3, 5);
        Assert.Equal(statistics.BytesSent + statistics.BytesReceived, _wire.Passed);
        Assert.True(statistics.FramesSent >= 11 && statistics.FramesReceived >= 11, statistics.ToString());
    }

    private static async Task<byte[]> EchoAsync(PeerConnection connection, byte[] bytes)
    {
        OutgoingCall call = await connection.BeginAsync(EchoHandler.Echo, new byte[] { 42 }, true, default);
        await using (call)
        {
            Task writing = Task.Run(async () => await call.WriteAsync(bytes, true, default));
            Assert.Equal([42], await call.AnswerAsync(default));
            byte[] answer = new byte[bytes.Length + 1];
            int read = await call.ReadFullyAsync(answer, default);
            await writing;
            return answer[..read];
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 2000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition(), "What the test waits for did not come.");
    }
}
