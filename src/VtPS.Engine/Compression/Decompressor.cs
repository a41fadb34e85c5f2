using System.Buffers;
using System.IO.Compression;

namespace VtPS.Engine.Compression;

/// <summary>Decompresses whole buffers of any codec, reusing its contexts. One for each thread; dispose to free native memory.</summary>
internal sealed class Decompressor : IDisposable
{
    private ZstdLibrary? _zstd;
    private nint _context;
    private bool _disposed;

    ~Decompressor() => Free();

    /// <summary>Decompresses the source into the destination, which has exactly the length that was announced. Never writes outside it.</summary>
    /// <param name="codec">The codec that made the source.</param>
    /// <param name="source">The compressed bytes, all of them and nothing more.</param>
    /// <param name="destination">Filled to the last byte, or undefined when this throws.</param>
    /// <exception cref="InvalidDataException">The source is damaged, or holds more or fewer bytes than announced.</exception>
    /// <exception cref="VtException">CodecUnavailable.</exception>
    public void Decompress(Codec codec, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        switch (codec)
        {
            case Codec.None:
                if (source.Length != destination.Length)
                {
                    throw Damaged(codec, $"there are {source.Length} bytes where {destination.Length} were announced");
                }

                source.CopyTo(destination);
                break;
            case Codec.Zstd:
                DecompressZstd(source, destination);
                break;
            case Codec.Brotli:
                DecompressBrotli(source, destination);
                break;
            default:
                throw Codecs.Unavailable(codec);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        Free();
        GC.SuppressFinalize(this);
    }

    private static void DecompressBrotli(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        // Not a using declaration: that would call a copy of the structure and dispose of an empty one.
        OperationStatus status;
        int consumed;
        int written;
        BrotliDecoder decoder = default;
        try
        {
            // Without any room the decoder does not even look at the source; that nothing was written into the spare byte is checked below.
            Span<byte> spare = stackalloc byte[1];
            status = decoder.Decompress(source, destination.IsEmpty ? spare : destination, out consumed, out written);
        }
        finally
        {
            decoder.Dispose();
        }

        if (status != OperationStatus.Done || consumed != source.Length || written != destination.Length)
        {
            throw Damaged(Codec.Brotli, status switch
            {
                OperationStatus.Done when written != destination.Length => $"it holds {written} bytes where {destination.Length} were announced",
                OperationStatus.Done => $"{source.Length - consumed} bytes follow its end",
                OperationStatus.DestinationTooSmall => $"it holds more than the {destination.Length} bytes announced",
                OperationStatus.NeedMoreData => "its end is missing",
                _ => "it is damaged",
            });
        }
    }

    private static InvalidDataException Damaged(Codec codec, string reason) =>
        new($"Data compressed as '{Codecs.Text(codec)}' cannot be read: {reason}.");

    private void DecompressZstd(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (_context == 0)
        {
            _zstd = Codecs.RequireZstd();
            _context = _zstd.CreateDecompression();
        }

        int length = _zstd!.Decompress(_context, source, destination, out string? reason);
        GC.KeepAlive(this);
        if (length != destination.Length || source.IsEmpty)
        {
            throw Damaged(Codec.Zstd, reason ?? $"it holds {length} bytes where {destination.Length} were announced");
        }
    }

    private void Free()
    {
        if (_context != 0)
        {
            _zstd!.FreeDecompression(_context);
            _context = 0;
        }
    }
}
