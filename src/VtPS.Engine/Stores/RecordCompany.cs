using VtPS.Engine.Compression;
using VtPS.Engine.IO;

namespace VtPS.Engine.Stores;

/// <summary>Gathers blocks into a record: one large block, or small ones in company. For one thread at a time.</summary>
internal sealed class RecordCompany(Codec codec, int level) : IDisposable
{
    /// <summary>From this length on, in bytes, blocks are looked at in a few places before all of them is tried.</summary>
    private const int ProbedLength = 64 << 10;

    /// <summary>How many such places there are in a block, and the length of each, in bytes.</summary>
    private const int Probes = 4;
    private const int ProbeLength = 4 << 10;

    private readonly Compressor? _compressor = codec == Codec.None ? null : new Compressor(codec, level);
    private readonly ByteWriter _heads = new(4096);
    private byte[] _plain = new byte[DataFileFormat.CompanyLength];
    private byte[] _record = [];

    /// <summary>The blocks gathered: hash and length in bytes.</summary>
    public List<(VtHash Hash, int Length)> Blocks { get; } = [];

    /// <summary>The length of their content together, in bytes.</summary>
    public int PlainLength { get; private set; }

    /// <summary>Whether a block of this length still fits in.</summary>
    public bool Fits(int length) => Blocks.Count == 0 || PlainLength + length <= DataFileFormat.CompanyLength;

    /// <summary>Appends a block; see <see cref="Fits"/>.</summary>
    public void Add(VtHash hash, ReadOnlySpan<byte> content)
    {
        if (_plain.Length < PlainLength + content.Length)
        {
            Array.Resize(ref _plain, PlainLength + content.Length);
        }

        content.CopyTo(_plain.AsSpan(PlainLength));
        PlainLength += content.Length;
        Blocks.Add((hash, content.Length));
        _heads.WriteBytes(hash.Span);
        _heads.WriteVarUInt((ulong)content.Length);
    }

    /// <summary>
    /// Compresses what was gathered into a record with room for prefix and tail, neither of them filled in yet.
    /// The memory belongs to this object and is valid until the next call.
    /// </summary>
    /// <param name="shape">What the seal makes of the record's length.</param>
    public Memory<byte> Encode(RecordShape shape)
    {
        MakeRoom(2 + (4 * 5) + _heads.Length + PlainLength, shape);

        // What compression does not shrink by at least a 32nd is kept raw: reading it back then costs nothing.
        ReadOnlySpan<byte> plain = _plain.AsSpan(0, PlainLength);
        Codec used = codec;
        int heads = DataFileFormat.PrefixLength + 2 + ByteWriter.SizeOfVarUInt((ulong)Blocks.Count) + ByteWriter.SizeOfVarUInt((ulong)PlainLength) + _heads.Length;
        int most = PlainLength - (PlainLength / 32) - 1;

        // The payload's length stands before it in as many bytes as the plain length takes at most; it is moved down if it took fewer.
        int guess = heads + ByteWriter.SizeOfVarUInt((ulong)PlainLength);
        int payload = most <= 0 || !MayShrink(guess) ? 0 : _compressor!.Compress(plain, _record.AsSpan(guess, most));
        if (payload == 0)
        {
            used = Codec.None;
            plain.CopyTo(_record.AsSpan(guess));
            payload = PlainLength;
        }

        int start = heads + ByteWriter.SizeOfVarUInt((ulong)payload);
        if (start != guess)
        {
            _record.AsSpan(guess, payload).CopyTo(_record.AsSpan(start));
        }

        Span<byte> at = _record.AsSpan(DataFileFormat.PrefixLength);
        at[0] = (byte)RecordKind.Blocks;
        at[1] = (byte)used;
        at = at[2..];
        at = WriteVarUInt(at, (uint)Blocks.Count);
        at = WriteVarUInt(at, (uint)PlainLength);
        _heads.Written.CopyTo(at);
        WriteVarUInt(at[_heads.Length..], (uint)payload);

        return Pad(start + payload, shape);
    }

    /// <summary>Makes a record, as <see cref="Encode"/> does, of a body that was encoded before; what was gathered stays.</summary>
    public Memory<byte> Frame(ReadOnlySpan<byte> body, RecordShape shape)
    {
        MakeRoom(body.Length, shape);
        body.CopyTo(_record.AsSpan(DataFileFormat.PrefixLength));
        return Pad(DataFileFormat.PrefixLength + body.Length, shape);
    }

    private void MakeRoom(int bodyLength, RecordShape shape)
    {
        int room = DataFileFormat.PrefixLength + shape.BodyLength(bodyLength) + shape.TailLength;
        if (_record.Length < room)
        {
            _record = new byte[Math.Max(room, DataFileFormat.CompanyLength + (DataFileFormat.CompanyLength / 8))];
        }
    }

    /// <summary>Padding is zeros: what an earlier record left in the buffer must not go along.</summary>
    private Memory<byte> Pad(int end, RecordShape shape)
    {
        int padded = DataFileFormat.PrefixLength + shape.BodyLength(end - DataFileFormat.PrefixLength);
        _record.AsSpan(end, padded - end).Clear();
        return _record.AsMemory(0, padded + shape.TailLength);
    }

    /// <summary>
    /// Whether it is worth while to compress what was gathered. Media, archives and what is encrypted do not shrink, and to find that out by trying costs as much as to
    /// hash them; of large blocks four kilobytes of each quarter tell. Small blocks are always tried.
    /// </summary>
    /// <param name="scratch">From where on the record's memory is free.</param>
    private bool MayShrink(int scratch)
    {
        if (_compressor is null)
        {
            return false;
        }

        int start = 0;
        foreach ((_, int length) in Blocks)
        {
            if (length < ProbedLength)
            {
                return true;
            }

            for (int probe = 0; probe < Probes; probe++)
            {
                if (Shrinks(start + (length / Probes * probe), scratch))
                {
                    return true;
                }
            }

            start += length;
        }

        return false;
    }

    private bool Shrinks(int start, int scratch) =>
        _compressor!.Compress(_plain.AsSpan(start, ProbeLength), _record.AsSpan(scratch, ProbeLength - (ProbeLength / 32))) > 0;

    /// <summary>Forgets the blocks gathered.</summary>
    public void Clear()
    {
        Blocks.Clear();
        _heads.Clear();
        PlainLength = 0;
        if (_plain.Length > DataFileFormat.CompanyLength)
        {
            _plain = new byte[DataFileFormat.CompanyLength];
            _record = [];
        }
    }

    public void Dispose() => _compressor?.Dispose();

    private static Span<byte> WriteVarUInt(Span<byte> to, uint value)
    {
        int i = 0;
        while (value >= 0x80)
        {
            to[i++] = (byte)(value | 0x80);
            value >>= 7;
        }

        to[i++] = (byte)value;
        return to[i..];
    }
}
