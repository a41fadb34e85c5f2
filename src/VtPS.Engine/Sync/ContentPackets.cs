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
    private byte[] _packed = [];

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

    /// <summary>The packet; it is there until the next one is asked for.</summary>
    /// <param name="level">zstd's level for it.</param>
    public ReadOnlyMemory<byte> Finish(int level = Packets.UsualLevel)
    {
        _compressor?.ChangeLevel(level);
        ReadOnlyMemory<byte> packet = Packets.Pack(_items.Written, _compressor, ref _packed);
        _items.Clear();
        return packet;
    }

    /// <summary>Reads the items of a packet.</summary>
    /// <param name="plain">The packet, opened; the items' bytes are parts of it.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static List<ContentItem> Read(ReadOnlyMemory<byte> plain)
    {
        List<ContentItem> items = [];
        ByteReader reader = new(plain.Span);
        while (!reader.IsEmpty)
        {
            int request = reader.ReadInt32();
            byte flags = reader.ReadByte();
            int length = reader.ReadPrefixed().Length;
            ReadOnlyMemory<byte> bytes = plain.Slice(plain.Length - reader.Rest.Length - length, length);
            (int First, int Count)? pieces = null;
            if ((flags & ArePieces) != 0)
            {
                ByteReader numbers = new(bytes.Span);
                pieces = (numbers.ReadInt32(), numbers.ReadInt32());
            }

            items.Add(new ContentItem(request, (flags & Last) != 0, (flags & IsMissing) != 0, pieces, bytes));
        }

        return items;
    }

    public void Dispose() => _compressor?.Dispose();
}
