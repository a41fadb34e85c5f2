using System.Runtime.InteropServices;

namespace VtPS.Engine.Compression;

/// <summary>The functions of the system's libzstd (1.4 or later) that are used here. Loaded once, never unloaded; safe for use by many threads.</summary>
internal sealed unsafe class ZstdLibrary
{
    private const int CompressionLevelParameter = 100;
    private const int DestinationTooSmall = 70;

    private static readonly Lazy<ZstdLibrary?> Loaded = new(() => TryLoad(FileNames()));

    private readonly delegate* unmanaged<nint> _createCompression;
    private readonly delegate* unmanaged<nint, nuint> _freeCompression;
    private readonly delegate* unmanaged<nint, int, int, nuint> _setParameter;
    private readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint> _compress;
    private readonly delegate* unmanaged<nint> _createDecompression;
    private readonly delegate* unmanaged<nint, nuint> _freeDecompression;
    private readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint> _decompress;
    private readonly delegate* unmanaged<nuint, uint> _isError;
    private readonly delegate* unmanaged<nuint, byte*> _errorName;

    private ZstdLibrary(nint library)
    {
        _createCompression = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "ZSTD_createCCtx");
        _freeCompression = (delegate* unmanaged<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_freeCCtx");
        _setParameter = (delegate* unmanaged<nint, int, int, nuint>)NativeLibrary.GetExport(library, "ZSTD_CCtx_setParameter");
        _compress = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint>)NativeLibrary.GetExport(library, "ZSTD_compress2");
        _createDecompression = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "ZSTD_createDCtx");
        _freeDecompression = (delegate* unmanaged<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_freeDCtx");
        _decompress = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint>)NativeLibrary.GetExport(library, "ZSTD_decompressDCtx");
        _isError = (delegate* unmanaged<nuint, uint>)NativeLibrary.GetExport(library, "ZSTD_isError");
        _errorName = (delegate* unmanaged<nuint, byte*>)NativeLibrary.GetExport(library, "ZSTD_getErrorName");
        var version = (delegate* unmanaged<uint>)NativeLibrary.GetExport(library, "ZSTD_versionNumber");
        Version = version();
    }

    /// <summary>The system's library, or null where there is none.</summary>
    public static ZstdLibrary? Instance => Loaded.Value;

    /// <summary>10,000 × major + 100 × minor + patch.</summary>
    public uint Version { get; }

    /// <summary>Loads the first of the named libraries that is there and is recent enough; null if none is.</summary>
    internal static ZstdLibrary? TryLoad(IReadOnlyList<string> names)
    {
        foreach (string name in names)
        {
            if (!NativeLibrary.TryLoad(name, typeof(ZstdLibrary).Assembly, DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory, out nint library))
            {
                continue;
            }

            try
            {
                return new ZstdLibrary(library);
            }
            catch (EntryPointNotFoundException)
            {
                // Too old, or something else under that name: the next name may be better.
                NativeLibrary.Free(library);
            }
        }

        return null;
    }

    /// <summary>A compression context for one user at a time; ended by <see cref="FreeCompression"/>.</summary>
    public nint CreateCompression(int level)
    {
        nint context = _createCompression();
        if (context == 0)
        {
            throw new OutOfMemoryException("libzstd could not make a compression context.");
        }

        try
        {
            SetLevel(context, level);
            return context;
        }
        catch
        {
            _freeCompression(context);
            throw;
        }
    }

    /// <summary>Gives a compression context another level, from the next buffer on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">libzstd does not take it.</exception>
    public void SetLevel(nint context, int level)
    {
        nuint result = _setParameter(context, CompressionLevelParameter, level);
        if (_isError(result) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, $"libzstd does not take this compression level: {ErrorName(result)}.");
        }
    }

    /// <summary>Ends a compression context.</summary>
    public void FreeCompression(nint context) => _freeCompression(context);

    /// <summary>A decompression context for one user at a time; ended by <see cref="FreeDecompression"/>.</summary>
    public nint CreateDecompression()
    {
        nint context = _createDecompression();
        return context != 0 ? context : throw new OutOfMemoryException("libzstd could not make a decompression context.");
    }

    /// <summary>Ends a decompression context.</summary>
    public void FreeDecompression(nint context) => _freeDecompression(context);

    /// <summary>Makes one frame of the source; its length, or 0 when the destination is too small.</summary>
    public int Compress(nint context, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        nuint result;
        fixed (byte* from = source, to = destination)
        {
            result = _compress(context, to, (nuint)destination.Length, from, (nuint)source.Length);
        }

        if (_isError(result) == 0)
        {
            return (int)result;
        }

        return 0 - (nint)result == DestinationTooSmall ? 0 : throw new InvalidOperationException($"libzstd could not compress {source.Length} bytes: {ErrorName(result)}.");
    }

    /// <summary>Decompresses whole frames; the length, or -1 with the reason when they are damaged or do not fit. Never writes outside the destination.</summary>
    public int Decompress(nint context, ReadOnlySpan<byte> source, Span<byte> destination, out string? reason)
    {
        nuint result;
        fixed (byte* from = source, to = destination)
        {
            result = _decompress(context, to, (nuint)destination.Length, from, (nuint)source.Length);
        }

        if (_isError(result) == 0)
        {
            reason = null;
            return (int)result;
        }

        reason = ErrorName(result);
        return -1;
    }

    private static string[] FileNames() => OperatingSystem.IsWindows() ? ["libzstd.dll", "zstd.dll"]
        : OperatingSystem.IsMacOS() ? ["libzstd.dylib", "libzstd.1.dylib", "/opt/homebrew/lib/libzstd.1.dylib", "/usr/local/lib/libzstd.1.dylib", "/opt/local/lib/libzstd.1.dylib"]
        : ["libzstd.so.1"];

    private string ErrorName(nuint result) => Marshal.PtrToStringUTF8((nint)_errorName(result)) ?? "unknown error";
}
