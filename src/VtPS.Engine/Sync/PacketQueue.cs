namespace VtPS.Engine.Sync;

/// <summary>Packets of content that are compressed on other threads while the next one is filled, and come out in order. For one caller at a time.</summary>
internal sealed class PacketQueue : IAsyncDisposable
{
    private readonly bool _compress;
    private readonly Queue<(ContentPackets Packets, Task<ReadOnlyMemory<byte>> Packed)> _sealed = [];
    private readonly Stack<ContentPackets> _free = [];
    private ContentPackets? _taken;

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
        _sealed.Enqueue((packets, Task.Run(packets.Finish)));
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
        return await packed.ConfigureAwait(false);
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
}
