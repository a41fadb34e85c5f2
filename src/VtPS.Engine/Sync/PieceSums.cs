using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Backups;
using VtPS.Engine.Chunking;
using VtPS.Engine.Hashing;
using VtPS.Engine.IO;

namespace VtPS.Engine.Sync;

/// <summary>
/// The pieces of the file that a content is to replace, by their hashes: whoever sends the content cuts it likewise, and sends only the pieces that are not among them. Pieces are cut by
/// the content itself, so that an insertion changes those alone that it meets. Not for two threads at a time.
/// </summary>
internal sealed class PieceSums
{
    /// <summary>The first bytes of a piece's SHA-256. What is put together is checked as a whole, so that a collision costs a transfer and no content.</summary>
    private const int SumLength = 12;

    private const int LowestBits = 10;
    private const int HighestBits = 20;

    private static readonly GearChunker?[] Chunkers = new GearChunker?[HighestBits + 1];

    private readonly int _bits;
    private readonly byte[] _sums;
    private readonly long[]? _ends;
    private Dictionary<(ulong, uint), int>? _numbers;

    private PieceSums(int bits, byte[] sums, long[]? ends)
    {
        _bits = bits;
        _sums = sums;
        _ends = ends;
    }

    /// <summary>Files below this size, in bytes, are sent whole.</summary>
    public const long LeastLength = 4096;

    /// <summary>Reads and cuts a file.</summary>
    /// <param name="file">Open to read.</param>
    /// <param name="length">Its size in bytes: the longer, the longer are the pieces.</param>
    /// <param name="onRead">Told of each so many bytes that were read.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static PieceSums Compute(SafeFileHandle file, long length, Action<int> onRead, CancellationToken cancellationToken)
    {
        int bits = Math.Clamp(BitOperations.Log2((uint)Math.Min(Math.Sqrt(length) * 2, uint.MaxValue)), LowestBits, HighestBits);
        ByteWriter sums = new();
        List<long> ends = [];
        List<long> pieces = [];
        ChunkReader reader = CreateReader(bits, file, 0);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(reader.MinimumBuffer, 1 << 16));
        try
        {
            Span<byte> sum = stackalloc byte[32];
            long end = 0;
            while (reader.Fill(buffer, pieces))
            {
                cancellationToken.ThrowIfCancellationRequested();
                int at = 0;
                foreach (long piece in pieces)
                {
                    BlockHasher.Compute(VtHashName.Sha256, buffer.AsSpan(at, (int)piece), sum);
                    sums.WriteBytes(sum[..SumLength]);
                    at += (int)piece;
                    end += piece;
                    ends.Add(end);
                }

                onRead(at);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return new PieceSums(bits, sums.Written.ToArray(), [.. ends]);
    }

    /// <summary>Reads and cuts another file as this one was cut.</summary>
    /// <param name="file">Open to read.</param>
    /// <param name="offset">Where to begin, in bytes.</param>
    public ChunkReader CreateReader(SafeFileHandle file, long offset) => CreateReader(_bits, file, offset);

    /// <summary>The number of a piece with the same bytes; -1 where there is none.</summary>
    public int Find(ReadOnlySpan<byte> piece)
    {
        if (_numbers is null)
        {
            _numbers = [];
            for (int i = 0; i < _sums.Length; i += SumLength)
            {
                _numbers.TryAdd(Key(_sums.AsSpan(i)), i / SumLength);
            }
        }

        Span<byte> sum = stackalloc byte[32];
        BlockHasher.Compute(VtHashName.Sha256, piece, sum);
        return _numbers.GetValueOrDefault(Key(sum), -1);
    }

    /// <summary>Where some pieces lie in the file, in bytes. Only for sums that were computed here.</summary>
    /// <exception cref="InvalidDataException">There are no such pieces.</exception>
    public (long Offset, long Length) Locate(int first, int count)
    {
        long[] ends = _ends ?? throw new InvalidOperationException("The pieces are another side's.");
        if (count == 0 || first >= ends.Length || count > ends.Length - first)
        {
            throw new InvalidDataException("A packet names pieces that there are not.");
        }

        long offset = first == 0 ? 0 : ends[first - 1];
        return (offset, ends[first + count - 1] - offset);
    }

    public static void Write(ByteWriter writer, PieceSums? sums)
    {
        writer.WriteByte((byte)(sums?._bits ?? 0));
        if (sums is not null)
        {
            writer.WritePrefixed(sums._sums);
        }
    }

    /// <exception cref="InvalidDataException">They cannot be understood.</exception>
    public static PieceSums? Read(ref ByteReader reader)
    {
        int bits = reader.ReadByte();
        if (bits == 0)
        {
            return null;
        }

        byte[] sums = reader.ReadPrefixed().ToArray();
        return bits is >= LowestBits and <= HighestBits && sums.Length % SumLength == 0
            ? new PieceSums(bits, sums, null)
            : throw new InvalidDataException("The pieces of a file cannot be understood.");
    }

    private static (ulong, uint) Key(ReadOnlySpan<byte> sum) => (BinaryPrimitives.ReadUInt64LittleEndian(sum), BinaryPrimitives.ReadUInt32LittleEndian(sum[8..]));

    private static ChunkReader CreateReader(int bits, SafeFileHandle file, long offset)
    {
        int average = 1 << bits;
        GearChunker chunker = Chunkers[bits] ??= new GearChunker(new ChunkerParameters(average / 4, average, average * 4));
        return new ChunkReader(chunker, (at, buffer) => RandomAccess.Read(file, buffer.Span, offset + at), null);
    }
}
