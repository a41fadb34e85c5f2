namespace VtPS.Engine.Protocol;

/// <summary>Writes frames to a stream, one at a time and each whole. Safe for use by many threads.</summary>
internal sealed class FrameWriter(Stream output, int maximumPayload) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly byte[] _buffer = new byte[FrameHeader.Size + maximumPayload];
    private long _frames;
    private long _bytes;

    /// <summary>Frames written.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    /// <summary>Bytes of them.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Writes a frame.</summary>
    /// <param name="header">The header; its length is set from the payload.</param>
    /// <param name="payload">The payload, no longer than this writer was made for; free for reuse once the task ends.</param>
    /// <param name="chooseTag">Gives the frame its tag, in the order of writing; null for the header's.</param>
    public async ValueTask WriteAsync(FrameHeader header, ReadOnlyMemory<byte> payload, Func<uint>? chooseTag = null)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            (header with { Length = (uint)payload.Length, Tag = chooseTag?.Invoke() ?? header.Tag }).Write(_buffer);
            payload.Span.CopyTo(_buffer.AsSpan(FrameHeader.Size));

            // Not cancellable: half a frame would make the rest of the stream unreadable.
            await output.WriteAsync(_buffer.AsMemory(0, FrameHeader.Size + payload.Length), CancellationToken.None).ConfigureAwait(false);
            await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            Interlocked.Increment(ref _frames);
            Interlocked.Add(ref _bytes, FrameHeader.Size + payload.Length);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
