using VtPS.Engine.Compression;
using VtPS.Engine.IO;

namespace VtPS.Engine.Sync;

/// <summary>
/// Packets of content between two peers (see <see cref="Packets"/>): in each, for each item, the number of the request, flags (1: the content ends here, 2: it is missing), and
/// bytes, length-prefixed. For one thread at a time.
/// </summary>
internal sealed class ContentPackets(bool compress) : IDisposable
{
    /// <summary>Plain bytes in a packet, at most, beside its last item's.</summary>
    public const int Target = 1 << 20;

    private const byte Last = 1;
    private const byte IsMissing = 2;

    private readonly ByteWriter _items = new(Target);
    private readonly Compressor? _compressor = compress ? Packets.CreateCompressor() : null;

    /// <summary>Whether the packet should be sent.</summary>
    public bool IsFull => _items.Length >= Target;

    public bool IsEmpty => _items.Length == 0;

    /// <summary>Adds bytes of a request's content.</summary>
    public void Add(int request, ReadOnlySpan<byte> bytes, bool last)
    {
        _items.WriteVarUInt((ulong)request);
        _items.WriteByte(last ? Last : (byte)0);
        _items.WritePrefixed(bytes);
    }

    /// <summary>Says that a request's content, or the rest of it, is not to be had.</summary>
    public void AddMissing(int request)
    {
        _items.WriteVarUInt((ulong)request);
        _items.WriteByte(IsMissing);
        _items.WritePrefixed([]);
    }

    /// <summary>The packet; the next one begins.</summary>
    public byte[] Finish()
    {
        byte[] packet = Packets.Pack(_items.Written, _compressor);
        _items.Clear();
        return packet;
    }

    /// <summary>Opens a packet.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="decompressor">Opens it.</param>
    /// <param name="take">Gets each item: the request's number, whether the content ends, whether it is missing, the bytes.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Read(ReadOnlySpan<byte> packet, Decompressor decompressor, ItemTaker take)
    {
        ByteReader items = new(Packets.Unpack(packet, decompressor));
        while (!items.IsEmpty)
        {
            int request = items.ReadInt32();
            byte flags = items.ReadByte();
            take(request, (flags & Last) != 0, (flags & IsMissing) != 0, items.ReadPrefixed());
        }
    }

    public void Dispose() => _compressor?.Dispose();

    /// <summary>Takes an item of a packet.</summary>
    public delegate void ItemTaker(int request, bool last, bool isMissing, ReadOnlySpan<byte> bytes);
}
