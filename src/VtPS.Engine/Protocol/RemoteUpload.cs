using System.Buffers;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Protocol;

/// <summary>An object on its way to a peer: small writes are sent in pieces as they fill, large ones as they are, and it is committed by the body's end. For one user at a time.</summary>
internal sealed class RemoteUpload(PeerConnection connection, string name, string owner) : IObjectUpload
{
    private const int Piece = 64 << 10;

    private OutgoingCall? _call;
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(Piece);
    private int _filled;

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        byte[] buffer = Usable();
        cancellationToken.ThrowIfCancellationRequested();
        while (!bytes.IsEmpty)
        {
            if (_filled == Piece)
            {
                await SendAsync(false, cancellationToken).ConfigureAwait(false);
            }

            if (_filled == 0 && bytes.Length >= Piece)
            {
                int whole = bytes.Length - (bytes.Length % Piece);
                await SendAsync(bytes[..whole], false, cancellationToken).ConfigureAwait(false);
                bytes = bytes[whole..];
                continue;
            }

            int count = Math.Min(bytes.Length, Piece - _filled);
            bytes[..count].CopyTo(buffer.AsMemory(_filled));
            _filled += count;
            bytes = bytes[count..];
        }
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        Usable();
        cancellationToken.ThrowIfCancellationRequested();
        await SendAsync(true, cancellationToken).ConfigureAwait(false);
        Free();
        await _call!.AnswerAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Free();
        if (_call is not null)
        {
            await _call.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask SendAsync(bool last, CancellationToken cancellationToken)
    {
        await SendAsync(_buffer.AsMemory(0, _filled), last, cancellationToken).ConfigureAwait(false);
        _filled = 0;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, bool last, CancellationToken cancellationToken)
    {
        _call ??= await connection.BeginAsync(PeerMethod.Put, ObjectMessages.Texts(name, owner), true, cancellationToken).ConfigureAwait(false);
        await _call.WriteAsync(bytes, last, cancellationToken).ConfigureAwait(false);
    }

    private byte[] Usable() => _buffer ?? throw new InvalidOperationException($"'{name}' is committed or given up already.");

    private void Free()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
    }
}
