using System.Numerics;
using VtPS.Engine.Compression;
using VtPS.Engine.IO;
using VtPS.Engine.Protocol;

namespace VtPS.Engine.Sync;

/// <summary>Bytes between two peers, compressed in pieces: a packet is a codec (1 byte), the plain length (number), and the bytes; in a body each has its length before it (number).</summary>
internal static class Packets
{
    private const int Longest = 8 << 20;
    private const int Piece = 1 << 20;

    /// <summary>zstd's level for packets: a low one, for what is sent is compressed once for each time that it is read.</summary>
    public const int UsualLevel = 1;

    /// <summary>zstd's level for packets on a wire that carries more than can be compressed.</summary>
    public const int QuickLevel = -3;

    /// <summary>A compressor for packets.</summary>
    public static Compressor CreateCompressor() => new(Codecs.Default, Codecs.Default == Codec.Zstd ? UsualLevel : Codecs.DefaultLevel(Codecs.Default));

    /// <summary>Makes a packet; without a compressor, or where that is no shorter, of the bytes as they are.</summary>
    /// <param name="plain">The bytes.</param>
    /// <param name="compressor">Compresses them; null for none.</param>
    /// <param name="buffer">Holds the packet, and is made longer where it is too short; the result is a part of it.</param>
    public static ReadOnlyMemory<byte> Pack(ReadOnlySpan<byte> plain, Compressor? compressor, ref byte[] buffer)
    {
        ByteWriter head = new(16);
        head.WriteByte((byte)(compressor?.Codec ?? Codec.None));
        head.WriteVarUInt((ulong)plain.Length);
        Reserve(ref buffer, head.Length + Math.Max(plain.Length, compressor is null ? 0 : Compressor.Bound(compressor.Codec, plain.Length)));
        head.Written.CopyTo(buffer);
        int length = compressor?.Compress(plain, buffer.AsSpan(head.Length)) ?? 0;
        if (length == 0 || length >= plain.Length)
        {
            buffer[0] = (byte)Codec.None;
            plain.CopyTo(buffer.AsSpan(head.Length));
            length = plain.Length;
        }

        return buffer.AsMemory(0, head.Length + length);
    }

    /// <summary>Opens a packet.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="decompressor">Opens it.</param>
    /// <param name="buffer">Holds the bytes, and is made longer where it is too short; the result is a part of it.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static ReadOnlyMemory<byte> Unpack(ReadOnlySpan<byte> packet, Decompressor decompressor, ref byte[] buffer)
    {
        ByteReader reader = new(packet);
        Codec codec = (Codec)reader.ReadByte();
        int length = reader.ReadInt32();
        if (length > Longest)
        {
            throw new InvalidDataException("A packet is too long.");
        }

        if (codec == Codec.None && length != reader.Rest.Length)
        {
            throw new InvalidDataException("A packet does not have the length that it tells.");
        }

        Reserve(ref buffer, length);
        if (codec == Codec.None)
        {
            reader.Rest.CopyTo(buffer);
        }
        else
        {
            decompressor.Decompress(codec, reader.Rest, buffer.AsSpan(0, length));
        }

        return buffer.AsMemory(0, length);
    }

    /// <summary>Sends a packet as a part of a call's body.</summary>
    public static async ValueTask SendAsync(PeerCall call, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        await call.WriteAsync(ObjectMessages.Number((ulong)packet.Length), false, cancellationToken).ConfigureAwait(false);
        await call.WriteAsync(packet, false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The packets of a call's body, to its end; each is there until the next one is asked for.</summary>
    /// <exception cref="InvalidDataException">A packet is too long, or the last one is cut off.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReceiveAsync(PeerCall call, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] one = new byte[1];
        byte[] buffer = [];
        while (true)
        {
            long length = 0;
            int shift = 0;
            do
            {
                if (await call.ReadFullyAsync(one, cancellationToken).ConfigureAwait(false) == 0)
                {
                    if (shift == 0)
                    {
                        yield break;
                    }

                    throw new InvalidDataException("A packet is cut off.");
                }

                length |= (long)(one[0] & 0x7f) << shift;
                shift += 7;
            }
            while (one[0] >= 0x80 && shift < 35);

            if (length > Longest + 64)
            {
                throw new InvalidDataException("A packet is too long.");
            }

            Reserve(ref buffer, (int)length);
            Memory<byte> packet = buffer.AsMemory(0, (int)length);
            if (await call.ReadFullyAsync(packet, cancellationToken).ConfigureAwait(false) < packet.Length)
            {
                throw new InvalidDataException("A packet is cut off.");
            }

            yield return packet;
        }
    }

    /// <summary>Sends bytes in packets, as the whole body of a call.</summary>
    public static async ValueTask SendAllAsync(PeerCall call, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using Compressor compressor = CreateCompressor();
        byte[] buffer = [];
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(Piece, bytes.Length)..])
        {
            await SendAsync(call, Pack(bytes.Span[..Math.Min(Piece, bytes.Length)], compressor, ref buffer), cancellationToken).ConfigureAwait(false);
        }

        await call.WriteAsync(default, true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Receives what <see cref="SendAllAsync"/> sent.</summary>
    /// <param name="call">The call.</param>
    /// <param name="maximum">The most bytes that may come.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="InvalidDataException">It is damaged or too long.</exception>
    public static async ValueTask<byte[]> ReceiveAllAsync(PeerCall call, int maximum, CancellationToken cancellationToken)
    {
        using Decompressor decompressor = new();
        ByteWriter all = new();
        byte[] buffer = [];
        await foreach (ReadOnlyMemory<byte> packet in ReceiveAsync(call, cancellationToken).ConfigureAwait(false))
        {
            all.WriteBytes(Unpack(packet.Span, decompressor, ref buffer).Span);
            if (all.Length > maximum)
            {
                throw new InvalidDataException("A message is too long.");
            }
        }

        return all.Written.ToArray();
    }

    private static void Reserve(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new byte[BitOperations.RoundUpToPowerOf2((uint)length)];
        }
    }
}
