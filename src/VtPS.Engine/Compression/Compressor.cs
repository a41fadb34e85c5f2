using System.IO.Compression;

namespace VtPS.Engine.Compression;

/// <summary>Compresses whole buffers with one codec at one level, reusing its context. One for each thread; dispose to free native memory.</summary>
internal sealed class Compressor : IDisposable
{
    private const int BrotliWindow = 22;

    private readonly ZstdLibrary? _zstd;
    private nint _context;
    private bool _disposed;

    /// <param name="codec">The codec.</param>
    /// <param name="level">Its level; see <see cref="Codecs.Levels"/>.</param>
    /// <exception cref="VtException">CodecUnavailable, InvalidArgument (the level).</exception>
    public Compressor(Codec codec, int level)
    {
        if (!Enum.IsDefined(codec))
        {
            throw Codecs.Unavailable(codec);
        }

        Codecs.CheckLevel(codec, level);
        Codec = codec;
        Level = level;
        if (codec == Codec.Zstd)
        {
            _zstd = Codecs.RequireZstd();
            _context = _zstd.CreateCompression(level);
        }
    }

    ~Compressor() => Free();

    /// <summary>The codec.</summary>
    public Codec Codec { get; }

    /// <summary>The codec's level.</summary>
    public int Level { get; private set; }

    /// <summary>Gives zstd another level, from the next buffer on: also one below those that users choose from, which are quicker and compress less. Other codecs stay as they are.</summary>
    public void ChangeLevel(int level)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_zstd is not null && level != Level)
        {
            _zstd.SetLevel(_context, level);
            Level = level;
        }
    }

    /// <summary>The most bytes that <paramref name="length"/> bytes can become.</summary>
    public static int Bound(Codec codec, int length) => codec switch
    {
        // ZSTD_COMPRESSBOUND of zstd.h.
        Codec.Zstd => checked(length + (length >> 8) + (length < 128 << 10 ? ((128 << 10) - length) >> 11 : 0)),
        Codec.Brotli => BrotliEncoder.GetMaxCompressedLength(length),
        _ => length,
    };

    /// <summary>Compresses the source into the destination's start.</summary>
    /// <returns>How many bytes it became; 0 when the destination is too small for it, its content is undefined then.</returns>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        switch (Codec)
        {
            case Codec.Zstd:
                int length = _zstd!.Compress(_context, source, destination);
                GC.KeepAlive(this);
                return length;
            case Codec.Brotli:
                return BrotliEncoder.TryCompress(source, destination, out int written, Level, BrotliWindow) ? written : 0;
            default:
                return source.TryCopyTo(destination) ? source.Length : 0;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_context != 0)
        {
            _zstd!.FreeCompression(_context);
            _context = 0;
        }
    }
}
