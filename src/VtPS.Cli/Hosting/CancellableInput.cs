namespace VtPS.Cli.Hosting;

/// <summary>
/// A stream of a pipe or a terminal whose reads can be given up: the platform's own cannot while no byte comes, and an interrupted run
/// must not wait for one. A read that was given up still ends in a buffer of this stream's own, never in one that the caller has back.
/// </summary>
/// <param name="inner">The stream; this one owns it.</param>
internal sealed class CancellableInput(Stream inner) : Stream
{
    private const int BufferSize = 1 << 17;

    private readonly byte[] _buffer = new byte[BufferSize];
    private int _start;
    private int _end;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_start == _end)
        {
            Filled(inner.Read(_buffer, 0, BufferSize));
        }

        return Take(buffer);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_start == _end)
        {
            Task<int> read = Task.Run(() => inner.Read(_buffer, 0, BufferSize), CancellationToken.None);
            Filled(await read.WaitAsync(cancellationToken).ConfigureAwait(false));
        }

        return Take(buffer.Span);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Filled(int count)
    {
        _start = 0;
        _end = count;
    }

    private int Take(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }
}
