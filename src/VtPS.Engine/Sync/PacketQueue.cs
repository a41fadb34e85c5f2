using System.Diagnostics;

namespace VtPS.Engine.Sync;

/// <summary>
/// Packets of content that are compressed on other threads while the next one is filled, and come out in order: the less, the quicker they are taken, for where the wire is quick it is
/// the compression that is waited for. For one caller at a time.
/// </summary>
internal sealed class PacketQueue : IAsyncDisposable
{
    /// <summary>Compressed bytes a second above which the wire is not what is waited for: more than lines of 100 Mbit/s carry.</summary>
    private const long QuickWire = 20 << 20;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(0.25);

    private readonly bool _compress;
    private readonly Queue<(ContentPackets Packets, Task<ReadOnlyMemory<byte>> Packed)> _sealed = [];
    private readonly Stack<ContentPackets> _free = [];
    private ContentPackets? _taken;
    private long _began = Stopwatch.GetTimestamp();
    private long _bytes;
    private int _level = Packets.UsualLevel;

    /// <param name="compress">Whether packets are compressed.</param>
    public PacketQueue(bool compress)
    {
        _compress = compress;
        Open = new ContentPackets(compress);
    }

    /// <summary>The packet that is being filled.</summary>
    public ContentPackets Open { get; private set; }

    /// <summary>Whether one must be taken before the next is sealed.</summary>
    public bool IsFull => _sealed.Count > Environment.ProcessorCount;

    public bool IsEmpty => _sealed.Count == 0;

    /// <summary>Has the open packet compressed; another is open then.</summary>
    public void Seal()
    {
        ContentPackets packets = Open;
        int level = _level;
        _sealed.Enqueue((packets, Task.Run(() => packets.Finish(level))));
        Open = _free.TryPop(out ContentPackets? free) ? free : new ContentPackets(_compress);
    }

    /// <summary>The packet that was sealed first; it is there until the next one is taken.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync()
    {
        if (_taken is not null)
        {
            _free.Push(_taken);
        }

        (_taken, Task<ReadOnlyMemory<byte>> packed) = _sealed.Dequeue();
        ReadOnlyMemory<byte> packet = await packed.ConfigureAwait(false);
        Adapt(packet.Length);
        return packet;
    }

    public async ValueTask DisposeAsync()
    {
        while (!IsEmpty)
        {
            await TakeAsync().ConfigureAwait(false);
        }

        _taken?.Dispose();
        Open.Dispose();
        foreach (ContentPackets packets in _free)
        {
            packets.Dispose();
        }
    }

    /// <summary>Chooses the level by how much was taken in the last window.</summary>
    private void Adapt(int taken)
    {
        _bytes += taken;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_began);
        if (elapsed >= Window)
        {
            _level = _bytes / elapsed.TotalSeconds > QuickWire ? Packets.QuickLevel : Packets.UsualLevel;
            _bytes = 0;
            _began = Stopwatch.GetTimestamp();
        }
    }
}
