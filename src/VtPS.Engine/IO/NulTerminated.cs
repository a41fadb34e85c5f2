namespace VtPS.Engine.IO;

/// <summary>Bytes with a NUL after them, in the caller's stack buffer where they fit: what C calls a string.</summary>
internal readonly ref struct NulTerminated
{
    /// <summary>A stack buffer of this size holds any file name of the usual file systems.</summary>
    public const int NameBuffer = 264;

    private readonly Span<byte> _bytes;

    /// <param name="text">The bytes, which must hold no NUL: the caller has made sure.</param>
    /// <param name="buffer">Used where the bytes fit.</param>
    public NulTerminated(scoped ReadOnlySpan<byte> text, Span<byte> buffer)
        : this([], text, buffer)
    {
    }

    /// <summary>Two pieces one after the other.</summary>
    public NulTerminated(scoped ReadOnlySpan<byte> first, scoped ReadOnlySpan<byte> second, Span<byte> buffer)
    {
        int length = first.Length + second.Length;
        _bytes = length < buffer.Length ? buffer[..(length + 1)] : new byte[length + 1];
        first.CopyTo(_bytes);
        second.CopyTo(_bytes[first.Length..]);
        _bytes[length] = 0;
    }

    /// <summary>For the fixed statement.</summary>
    public ref byte GetPinnableReference() => ref _bytes.GetPinnableReference();
}
