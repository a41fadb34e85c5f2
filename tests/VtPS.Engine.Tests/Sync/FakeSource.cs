using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using VtPS.Engine.Histories;
using VtPS.Engine.Sync;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>A source whose contents are in memory, and that fails in the ways in which sources fail.</summary>
/// <param name="name">What it is called.</param>
/// <param name="contents">What it has.</param>
internal sealed class FakeSource(string name, IReadOnlyDictionary<NodeData, byte[]> contents) : IContentSource
{
    private const int Piece = 50_000;

    private int _packets;
    private int _open;
    private long _sent;

    public string Name => name;

    /// <summary>What is said not to be there.</summary>
    public Predicate<NodeData> Lacks { get; init; } = _ => false;

    /// <summary>Of what other bytes are sent than it has.</summary>
    public Predicate<NodeData> Spoils { get; init; } = _ => false;

    /// <summary>After so many packets its connection ends.</summary>
    public int DiesAfter { get; init; } = int.MaxValue;

    /// <summary>After so many packets it says nothing any more.</summary>
    public int StallsAfter { get; init; } = int.MaxValue;

    /// <summary>After so many packets it sends what nobody asked for.</summary>
    public int BabblesAfter { get; init; } = int.MaxValue;

    /// <summary>Whether it ends each answer before it has said anything.</summary>
    public bool SaysNothing { get; init; }

    /// <summary>What it waits for before each packet.</summary>
    public Task Gate { get; init; } = Task.CompletedTask;

    /// <summary>What is being read from any of the sources of a test; shared by them.</summary>
    public ConcurrentDictionary<NodeData, string> UnderWay { get; init; } = [];

    /// <summary>What it was asked for.</summary>
    public ConcurrentQueue<ContentRequest> Asked { get; } = [];

    /// <summary>How many bytes of content it sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Completes when it has stalled.</summary>
    public TaskCompletionSource Stalled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool WasOpened { get; private set; }

    public bool IsClosed { get; private set; }

    public ContentOrigin Origin => new(name, (_, _) =>
    {
        WasOpened = true;
        return Task.FromResult<IContentSource>(this);
    });

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadContentAsync(IReadOnlyList<ContentRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Assert.InRange(Interlocked.Increment(ref _open), 1, 2);
        Assert.All(requests, r => Assert.True(UnderWay.TryAdd(r.Data, name), $"asked of {name} while it comes from another"));
        try
        {
            foreach (ContentRequest request in requests)
            {
                Asked.Enqueue(request);
            }

            using ContentPackets packets = new(compress: false);
            for (int i = 0; i < requests.Count && !SaysNothing; i++)
            {
                await foreach (ReadOnlyMemory<byte> packet in ReadAsync(packets, i, requests[i], cancellationToken))
                {
                    yield return packet;
                }
            }

            await GoOnAsync(cancellationToken);
        }
        finally
        {
            foreach (ContentRequest request in requests)
            {
                UnderWay.TryRemove(KeyValuePair.Create(request.Data, name));
            }

            Interlocked.Decrement(ref _open);
        }
    }

    public ValueTask DisposeAsync()
    {
        Assert.Equal(0, _open);
        IsClosed = true;
        return ValueTask.CompletedTask;
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(ContentPackets packets, int number, ContentRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Lacks(request.Data) || !contents.TryGetValue(request.Data, out byte[]? content))
        {
            packets.AddMissing(number);
            UnderWay.TryRemove(request.Data, out _);
            yield return packets.Finish();
            yield break;
        }

        for (long at = request.Offset; at < content.Length; at += Piece)
        {
            await GoOnAsync(cancellationToken);
            byte[] bytes = content[(int)at..(int)Math.Min(at + Piece, content.Length)];
            if (Spoils(request.Data))
            {
                bytes[0] ^= 1;
            }

            bool isLast = at + Piece >= content.Length;
            Interlocked.Add(ref _sent, bytes.Length);
            packets.Add(Interlocked.Increment(ref _packets) <= BabblesAfter ? number : number + 5000, bytes, isLast);
            if (isLast)
            {
                // From now on another may be asked for it.
                UnderWay.TryRemove(request.Data, out _);
            }

            yield return packets.Finish();
        }
    }

    private async Task GoOnAsync(CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        if (_packets >= DiesAfter)
        {
            throw new VtException(VtErrorId.PeerUnreachable, $"The connection to {name} ended.", name);
        }

        if (_packets >= StallsAfter)
        {
            Stalled.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }
}
