using VtPS.Engine.Compression;
using VtPS.Engine.IO;
using VtPS.Engine.Protocol;

namespace VtPS.Engine.Sync;

/// <summary>Bytes between two peers, compressed in pieces: a packet is a codec (1 byte), the plain length (number), and the bytes; in a body each has its length before it (number).</summary>
internal static class Packets
{
    private const int Longest = 8 << 20;
    private const int Piece = 1 << 20;

    /// <summary>A compressor for packets.</summary>
    public static Compressor CreateCompressor() => new(Codecs.Default, Codecs.DefaultLevel(Codecs.Default));

    /// <summary>Makes a packet; without a compressor, or where that is no shorter, of the bytes as they are.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> plain, Compressor? compressor)
    {
        byte[] buffer = compressor is null ? [] : new byte[Compressor.Bound(compressor.Codec, plain.Length)];
        int length = compressor?.Compress(plain, buffer) ?? 0;
        bool isShorter = length > 0 && length < plain.Length;
        ByteWriter packet = new((isShorter ? length : plain.Length) + 16);
        packet.WriteByte((byte)(isShorter ? compressor!.Codec : Codec.None));
        packet.WriteVarUInt((ulong)plain.Length);
        packet.WriteBytes(isShorter ? buffer.AsSpan(0, length) : plain);
        return packet.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> packet, Decompressor decompressor)
    {
        ByteReader reader = new(packet);
        Codec codec = (Codec)reader.ReadByte();
        int length = reader.ReadInt32();
        if (length > Longest)
        {
            throw new InvalidDataException("A packet is too long.");
        }

        if (codec == Codec.None)
        {
            return reader.Rest.ToArray();
        }

        byte[] plain = new byte[length];
        decompressor.Decompress(codec, reader.Rest, plain);
        return plain;
    }

    /// <summary>Sends a packet as a part of a call's body.</summary>
    public static async ValueTask SendAsync(PeerCall call, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        await call.WriteAsync(ObjectMessages.Number((ulong)packet.Length), false, cancellationToken).ConfigureAwait(false);
        await call.WriteAsync(packet, false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The packets of a call's body, to its end.</summary>
    /// <exception cref="InvalidDataException">A packet is too long, or the last one is cut off.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReceiveAsync(PeerCall call, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] one = new byte[1];
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

            byte[] packet = new byte[length];
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
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(Piece, bytes.Length)..])
        {
            await SendAsync(call, Pack(bytes.Span[..Math.Min(Piece, bytes.Length)], compressor), cancellationToken).ConfigureAwait(false);
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
        await foreach (ReadOnlyMemory<byte> packet in ReceiveAsync(call, cancellationToken).ConfigureAwait(false))
        {
            all.WriteBytes(Unpack(packet.Span, decompressor));
            if (all.Length > maximum)
            {
                throw new InvalidDataException("A message is too long.");
            }
        }

        return all.Written.ToArray();
    }
}
