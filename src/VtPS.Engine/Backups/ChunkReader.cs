using VtPS.Engine.Chunking;

namespace VtPS.Engine.Backups;

/// <summary>
/// Reads content from front to back and cuts it into chunks. Holes are cut exactly as the zeros they stand for, without reading them. For one thread at a time.
/// </summary>
/// <param name="chunker">The Store's chunker.</param>
/// <param name="read">Reads at an offset into a buffer; 0 at the end.</param>
/// <param name="findData">The next range of data at or after an offset, or null where only a hole follows to the end; null for content without holes.</param>
internal sealed class ChunkReader(GearChunker chunker, Func<long, Memory<byte>, int> read, Func<long, (long Start, long End)?>? findData)
{
    private byte[] _carry = [];
    private int _carried;
    private long _dataEnd;
    private long _holeStart;
    private long _holeEnd;
    private bool _ended;

    /// <summary>The least that a buffer for <see cref="Fill"/> must hold, in bytes.</summary>
    public int MinimumBuffer => 2 * chunker.Parameters.Maximum;

    /// <summary>How many bytes were read or passed over as holes.</summary>
    public long Position { get; private set; }

    /// <summary>How many bytes were read.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Where the content ends, for content whose end lies in a hole; 0 where it is found by reading.</summary>
    public long Size { get; init; }

    /// <summary>
    /// Fills a buffer and cuts it. The bytes of the chunks stand in the buffer, one after the other, until the caller reuses it; a run of chunks of a hole has no bytes there.
    /// </summary>
    /// <param name="buffer">At least <see cref="MinimumBuffer"/> bytes.</param>
    /// <param name="chunks">Gets the chunks in order: the length in the buffer, or minus the length of a stretch of zeros that is not there.</param>
    /// <returns>False when the content has ended and there was nothing more.</returns>
    public bool Fill(byte[] buffer, List<long> chunks)
    {
        chunks.Clear();
        if (_ended && _carried == 0)
        {
            return false;
        }

        _carry.AsSpan(0, _carried).CopyTo(buffer);
        int filled = _carried;
        int start = 0;
        _carried = 0;
        while (true)
        {
            // In a hole and between two chunks: whole chunks of zeros are reckoned, not made. Zeros of the same hole that are in the buffer are given back first.
            if (InHole() && Position - (filled - start) >= _holeStart && _holeEnd - Position + (filled - start) >= chunker.ZeroChunkLength)
            {
                Position -= filled - start;
                filled = start;
                chunks.Add(-SkipZeros());
                continue;
            }

            int cut = chunker.FindCut(buffer.AsSpan(start, filled - start), out bool found);
            if (found)
            {
                chunks.Add(cut);
                start += cut;
                continue;
            }

            if (_ended)
            {
                if (filled > start)
                {
                    chunks.Add(filled - start);
                }

                return chunks.Count > 0;
            }

            if (chunks.Count > 0 && buffer.Length - filled < chunker.Parameters.Maximum)
            {
                Keep(buffer.AsSpan(start, filled - start));
                return true;
            }

            int got = ReadSome(buffer.AsMemory(filled));
            if (got == 0)
            {
                _ended = true;
            }

            filled += got;
        }
    }

    private bool InHole()
    {
        if (findData is null || Position >= Size)
        {
            return false;
        }

        if (Position >= _dataEnd && Position >= _holeEnd)
        {
            _holeStart = Position;
            if (findData(Position) is { } data)
            {
                _holeEnd = Math.Min(Size, data.Start);
                _dataEnd = data.Start > Position ? 0 : Math.Min(Size, data.End);
            }
            else
            {
                _holeEnd = Size;
            }
        }

        return Position < _holeEnd;
    }

    /// <summary>Passes over as many whole chunks of zeros as lie in the hole; the bytes passed over.</summary>
    private long SkipZeros()
    {
        long zeros = (_holeEnd - Position) / chunker.ZeroChunkLength * chunker.ZeroChunkLength;
        Position += zeros;
        return zeros;
    }

    private int ReadSome(Memory<byte> buffer)
    {
        if (InHole())
        {
            int zeros = (int)Math.Min(Math.Min(buffer.Length, chunker.Parameters.Maximum), _holeEnd - Position);
            buffer.Span[..zeros].Clear();
            Position += zeros;
            return zeros;
        }

        if (findData is not null && Position < Size)
        {
            buffer = buffer[..(int)Math.Min(buffer.Length, Math.Max(1, _dataEnd - Position))];
        }

        int got = read(Position, buffer);
        Position += got;
        BytesRead += got;
        return got;
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (_carry.Length < rest.Length)
        {
            _carry = new byte[Math.Max(rest.Length, chunker.Parameters.Maximum)];
        }

        rest.CopyTo(_carry);
        _carried = rest.Length;
    }
}
