using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace VtPS.Engine.Protocol;

/// <summary>Reads frames from a stream. A length above the limit is refused before room is made for it. For one reader.</summary>
internal sealed class FrameReader
{
    private const int ShownGarbage = 300;

    private readonly PipeReader _reader;
    private readonly int _maximumPayload;
    private readonly Action _onBytes;
    private ReadOnlySequence<byte> _frame;

    /// <param name="input">The peer's stream.</param>
    /// <param name="maximumPayload">The longest payload accepted, in bytes.</param>
    /// <param name="onBytes">Told whenever bytes came, be it a part of a frame.</param>
    public FrameReader(Stream input, int maximumPayload, Action onBytes)
    {
        _reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 256 << 10, minimumReadSize: 32 << 10, leaveOpen: true));
        _maximumPayload = maximumPayload;
        _onBytes = onBytes;
    }

    /// <summary>The next frame; null where the stream ends between two frames. The payload is valid until the next call.</summary>
    /// <param name="first">Whether this is the peer's first frame, which is a Hello or no frame at all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidDataException">What came is no frame.</exception>
    /// <exception cref="EndOfStreamException">The stream ends within a frame.</exception>
    public async ValueTask<(FrameHeader Header, ReadOnlySequence<byte> Payload)?> ReadAsync(bool first, CancellationToken cancellationToken)
    {
        Release();
        ReadOnlySequence<byte> bytes = await BufferAsync(FrameHeader.Size, cancellationToken).ConfigureAwait(false);
        if (bytes.Length < FrameHeader.Size)
        {
            return bytes.IsEmpty ? null
                : first ? throw Garbage(bytes)
                : throw new EndOfStreamException();
        }

        FrameHeader header = ReadHeader(bytes);
        if (first && (header.Type != FrameType.Hello || header.Length > Hello.LeastPayload))
        {
            throw Garbage(bytes);
        }

        if (header.Length > _maximumPayload)
        {
            throw new InvalidDataException($"it announces a frame of {header.Length} bytes; {_maximumPayload} is the most");
        }

        int whole = FrameHeader.Size + (int)header.Length;
        if (bytes.Length < whole)
        {
            _reader.AdvanceTo(bytes.Start, bytes.End);
            bytes = await BufferAsync(whole, cancellationToken).ConfigureAwait(false);
            if (bytes.Length < whole)
            {
                throw new EndOfStreamException();
            }
        }

        _frame = bytes.Slice(0, whole);
        return (header, _frame.Slice(FrameHeader.Size));
    }

    private static FrameHeader ReadHeader(in ReadOnlySequence<byte> bytes)
    {
        Span<byte> head = stackalloc byte[FrameHeader.Size];
        bytes.Slice(0, FrameHeader.Size).CopyTo(head);
        return FrameHeader.Read(head);
    }

    /// <summary>Most often a login script that prints, or a shell that does not find the program: what it said helps.</summary>
    private static InvalidDataException Garbage(in ReadOnlySequence<byte> bytes)
    {
        StringBuilder text = new();
        foreach (byte b in bytes.Slice(0, Math.Min(bytes.Length, ShownGarbage)).ToArray())
        {
            text.Append(b is >= 0x20 and < 0x7f ? (char)b : b is (byte)'\n' or (byte)'\t' ? ' ' : '?');
        }

        return new InvalidDataException($"instead of the protocol's first bytes it sent '{text.ToString().Trim()}'; a login script there must print nothing");
    }

    /// <summary>Waits until so many bytes are there, or the stream ends.</summary>
    private async ValueTask<ReadOnlySequence<byte>> BufferAsync(int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            _onBytes();
            if (result.Buffer.Length >= count || result.IsCompleted)
            {
                return result.Buffer;
            }

            _reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private void Release()
    {
        if (!_frame.IsEmpty)
        {
            _reader.AdvanceTo(_frame.End);
            _frame = default;
        }
    }
}
