using System.Buffers;
using System.IO.Pipelines;
using VtPS.Engine.Protocol;

namespace VtPS.Engine.Tests.Protocol;

/// <summary>A client's and a server's transport with a wire between them that can be cut after so many bytes, and listened to.</summary>
internal sealed class TestWire
{
    private readonly Lock _gate = new();
    private readonly Pipe _up = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Pipe _down = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly MemoryStream _heard = new();
    private bool _isCut;
    private long _passed;

    public TestWire(string name = "peer")
    {
        Client = new StreamTransport(name, _down.Reader.AsStream(), new Sender(this, _up.Writer));
        Server = new StreamTransport("client", _up.Reader.AsStream(), new Sender(this, _down.Writer));
    }

    public IPeerTransport Client { get; }

    public IPeerTransport Server { get; }

    /// <summary>After so many bytes, both ways together, the wire is cut: in the middle of a frame, most often.</summary>
    public long CutAfter { get; init; } = long.MaxValue;

    /// <summary>Whether what the client sends is kept.</summary>
    public bool Listen { get; init; }

    /// <summary>How many bytes went over the wire, both ways together.</summary>
    public long Passed => Interlocked.Read(ref _passed);

    /// <summary>What the client has sent.</summary>
    public byte[] Heard
    {
        get
        {
            lock (_gate)
            {
                return _heard.ToArray();
            }
        }
    }

    public void Cut()
    {
        lock (_gate)
        {
            if (!_isCut)
            {
                _isCut = true;
                _up.Writer.Complete();
                _down.Writer.Complete();
            }
        }
    }

    private void Send(PipeWriter writer, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_isCut)
            {
                throw new IOException("The wire is cut.");
            }

            int count = (int)Math.Min(bytes.Length, CutAfter - _passed);
            writer.Write(bytes[..count]);
            _ = writer.FlushAsync();
            _passed += count;
            if (Listen && writer == _up.Writer)
            {
                _heard.Write(bytes[..count]);
            }

            if (_passed == CutAfter)
            {
                Cut();
            }
        }
    }

    private void Close(PipeWriter writer)
    {
        lock (_gate)
        {
            if (!_isCut)
            {
                writer.Complete();
            }
        }
    }

    private sealed class Sender(TestWire wire, PipeWriter writer) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => wire.Send(writer, buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            wire.Send(writer, buffer.Span);
            return ValueTask.CompletedTask;
        }

        protected override void Dispose(bool disposing)
        {
            wire.Close(writer);
            base.Dispose(disposing);
        }
    }
}
