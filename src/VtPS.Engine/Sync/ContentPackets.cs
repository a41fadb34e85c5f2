using VtPS.Engine.Compression;
using VtPS.Engine.IO;

namespace VtPS.Engine.Sync;

/// <summary>
/// Packets of content between two peers (see <see cref="Packets"/>): in each, for each item, the number of the request, flags (1: the content ends here, 2: it is missing, 4: pieces of the
/// file that it replaces), and bytes, length-prefixed; of pieces the number of the first, from 0, and how many follow each other there. For one thread at a time.
/// </summary>
internal sealed class ContentPackets(bool compress) : IDisposable
{
    /// <summary>Plain bytes in a packet, at most, beside its last item's.</summary>
    public const int Target = 1 << 20;

    private const byte Last = 1;
    private const byte IsMissing = 2;
    private const byte ArePieces = 4;

    private readonly ByteWriter _items = new(Target);
    private readonly ByteWriter _pieces = new();
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

    /// <summary>Adds pieces of the file that a request's content is to replace.</summary>
    public void AddPieces(int request, int first, int count, bool last)
    {
        _pieces.Clear();
        _pieces.WriteVarUInt((ulong)first);
        _pieces.WriteVarUInt((ulong)count);
        _items.WriteVarUInt((ulong)request);
        _items.WriteByte((byte)(ArePieces | (last ? Last : 0)));
        _items.WritePrefixed(_pieces.Written);
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
    /// <param name="take">Gets each item.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Read(ReadOnlySpan<byte> packet, Decompressor decompressor, ItemTaker take)
    {
        ByteReader items = new(Packets.Unpack(packet, decompressor));
        while (!items.IsEmpty)
        {
            int request = items.ReadInt32();
            byte flags = items.ReadByte();
            ReadOnlySpan<byte> bytes = items.ReadPrefixed();
            (int First, int Count)? pieces = null;
            if ((flags & ArePieces) != 0)
            {
                ByteReader numbers = new(bytes);
                pieces = (numbers.ReadInt32(), numbers.ReadInt32());
            }

            take(request, (flags & Last) != 0, (flags & IsMissing) != 0, pieces, bytes);
        }
    }

    public void Dispose() => _compressor?.Dispose();

    /// <summary>Takes an item of a packet.</summary>
    /// <param name="request">The request's number.</param>
    /// <param name="last">Whether the content ends.</param>
    /// <param name="isMissing">Whether the rest of it is not to be had.</param>
    /// <param name="pieces">Pieces of the file that it is to replace, which come next; null where the bytes do.</param>
    /// <param name="bytes">The bytes.</param>
    public delegate void ItemTaker(int request, bool last, bool isMissing, (int First, int Count)? pieces, ReadOnlySpan<byte> bytes);
}
