using System.Buffers;
using System.IO.Pipelines;

namespace VtPS.Engine.Protocol;

/// <summary>
/// One call, seen from either side: a body on its way out, which waits for the peer's credit, and a body on its way in, of which no more than the window
/// is kept. One reader and one writer at a time.
/// </summary>
internal abstract class PeerCall
{
    private static readonly PipeOptions BodyOptions = new(pauseWriterThreshold: 0, minimumSegmentSize: 64 << 10, useSynchronizationContext: false);

    private readonly Lock _gate = new();
    private readonly Pipe _body = new(BodyOptions);
    private int _acceptable;
    private int _consumed;
    private bool _bodyEnded;
    private long _credit;
    private TaskCompletionSource? _creditCame;
    private Exception? _failure;

    private protected PeerCall(PeerConnection connection)
    {
        Connection = connection;
        _acceptable = connection.Options.Hello.Window;
    }

    /// <summary>The number of the call; 0 until its request is sent.</summary>
    public uint Tag { get; internal set; }

    private protected PeerConnection Connection { get; }

    /// <summary>Reads from the body that the peer sends.</summary>
    /// <returns>How many bytes were read; 0 at the body's end.</returns>
    /// <exception cref="Exception">What ended the call, or the connection.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ReadResult result = await _body.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        int count = (int)Math.Min(result.Buffer.Length, buffer.Length);
        ReadOnlySequence<byte> taken = result.Buffer.Slice(0, count);
        taken.CopyTo(buffer.Span);
        _body.Reader.AdvanceTo(taken.End);
        _consumed += count;
        bool more;
        lock (_gate)
        {
            more = !_bodyEnded && _failure is null;
        }

        if (more && _consumed >= Connection.Options.Hello.Window / 2)
        {
            int credit = _consumed;
            _consumed = 0;
            lock (_gate)
            {
                _acceptable += credit;
            }

            await Connection.SendCreditAsync(Tag, credit).ConfigureAwait(false);
        }

        return count;
    }

    /// <summary>Reads until the buffer is full or the body ends.</summary>
    public async ValueTask<int> ReadFullyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            int read = await ReadAsync(buffer[done..], cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            done += read;
        }

        return done;
    }

    /// <summary>Reads the body to its end.</summary>
    /// <exception cref="InvalidDataException">It is longer than <paramref name="maximum"/> bytes.</exception>
    public async ValueTask<byte[]> ReadAllAsync(int maximum, CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte> all = new();
        while (true)
        {
            int read = await ReadAsync(all.GetMemory(16 << 10), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return all.WrittenSpan.ToArray();
            }

            all.Advance(read);
            if (all.WrittenCount > maximum)
            {
                throw new InvalidDataException($"A body is longer than the {maximum} bytes that it may have.");
            }
        }
    }

    /// <summary>Sends bytes of this side's body, as the peer's credit allows.</summary>
    /// <param name="bytes">The bytes; free for reuse once the task ends.</param>
    /// <param name="last">Whether the body ends with them.</param>
    /// <param name="cancellationToken">Ends the wait for credit.</param>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, bool last, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            int count = await TakeCreditAsync(Math.Min(bytes.Length, Connection.Peer.MaximumPayload), cancellationToken).ConfigureAwait(false);
            bool ends = last && count == bytes.Length;
            OnWriting(ends);
            await Connection.SendAsync(FrameType.Data, ends ? FrameHeader.Last : (byte)0, 0, Tag, bytes[..count]).ConfigureAwait(false);
            bytes = bytes[count..];
            if (ends)
            {
                return;
            }
        }

        if (last)
        {
            OnWriting(true);
            await Connection.SendAsync(FrameType.Data, FrameHeader.Last, 0, Tag, default).ConfigureAwait(false);
        }
    }

    /// <summary>The first bytes of credit, once the peer has said how large its windows are.</summary>
    internal void StartCredit(int window) => AddCredit((uint)window);

    internal void AddCredit(uint bytes)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            _credit += bytes;
            waiting = _creditCame;
            _creditCame = null;
        }

        waiting?.TrySetResult();
    }

    /// <summary>Takes in bytes of the peer's body.</summary>
    /// <exception cref="InvalidDataException">They are more than the peer may send, or come after the end.</exception>
    internal void Deliver(in ReadOnlySequence<byte> bytes, bool last)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            if (_bodyEnded || bytes.Length > _acceptable)
            {
                throw new InvalidDataException($"it sent more bytes for call {Tag} than it may");
            }

            _acceptable -= (int)bytes.Length;
            foreach (ReadOnlyMemory<byte> segment in bytes)
            {
                _body.Writer.Write(segment.Span);
            }

            if (last)
            {
                _bodyEnded = true;
                _body.Writer.Complete();
            }
            else
            {
                // Never waits: the window is what bounds the pipe.
                _ = _body.Writer.FlushAsync();
            }
        }
    }

    /// <summary>Ends whoever reads or writes this call's bodies.</summary>
    internal virtual void Fail(Exception exception)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            _failure = exception;
            if (!_bodyEnded)
            {
                _bodyEnded = true;
                _body.Writer.Complete(exception);
            }

            waiting = _creditCame;
            _creditCame = null;
        }

        waiting?.TrySetException(exception);
        if (waiting is not null)
        {
            _ = waiting.Task.Exception;
        }
    }

    /// <summary>The body is read by nobody any more.</summary>
    internal void Release() => _body.Reader.Complete();

    /// <summary>Told before a frame of the body is sent.</summary>
    private protected virtual void OnWriting(bool last)
    {
    }

    private async ValueTask<int> TakeCreditAsync(int wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                if (_failure is not null)
                {
                    throw PeerConnection.Again(_failure);
                }

                if (_credit > 0)
                {
                    int count = (int)Math.Min(wanted, _credit);
                    _credit -= count;
                    return count;
                }

                _creditCame ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _creditCame.Task;
            }

            await wait.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
