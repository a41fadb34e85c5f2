using System.Diagnostics.CodeAnalysis;

namespace VtPS;

/// <summary>
/// A hash value with the name of its function. Its text form is <c>name:hex</c> with lower-case hexadecimal digits,
/// such as <c>sha256:e3b0…</c>; <see cref="Parse(string)"/> reads it back, digits of either case.
/// Immutable and safe for use by many threads.
/// </summary>
public sealed class VtHash : IEquatable<VtHash>, IComparable<VtHash>
{
    private readonly byte[] _bytes;

    /// <summary>Reads the text form, as <see cref="Parse(string)"/> does; PowerShell binds strings by this.</summary>
    /// <param name="text"><c>name:hex</c>.</param>
    /// <exception cref="FormatException">The text is not a hash.</exception>
    public VtHash(string text)
    {
        VtHash parsed = Parse(text);
        Name = parsed.Name;
        _bytes = parsed._bytes;
    }

    internal VtHash(VtHashName name, byte[] bytes)
    {
        Name = name;
        _bytes = bytes;
    }

    /// <summary>The hash function.</summary>
    public VtHashName Name { get; }

    /// <summary>The value's length in bytes: 32 or 64.</summary>
    public int Length => _bytes.Length;

    internal ReadOnlySpan<byte> Span => _bytes;

    internal ReadOnlyMemory<byte> Memory => _bytes;

    /// <summary>Reads <c>name:hex</c>.</summary>
    /// <param name="text">The text form.</param>
    /// <returns>The hash.</returns>
    /// <exception cref="FormatException">The text is not a hash; the message says what is.</exception>
    public static VtHash Parse(string text) => TryParse(text, out VtHash? hash)
        ? hash
        : throw new FormatException($"'{text}' is not a hash. A hash is written name:hex, such as sha256: followed by 64 hexadecimal digits.");

    /// <summary>Reads <c>name:hex</c> without throwing.</summary>
    /// <param name="text">The text form, or null.</param>
    /// <param name="hash">The hash, when the result is true.</param>
    /// <returns>Whether the text was a hash.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out VtHash? hash)
    {
        hash = null;
        int colon = text?.IndexOf(':') ?? -1;
        if (colon < 0 || !VtHashNames.TryParse(text.AsSpan(0, colon), out VtHashName name)
            || text!.Length - colon - 1 != 2 * VtHashNames.Size(name))
        {
            return false;
        }

        byte[] bytes = new byte[VtHashNames.Size(name)];
        if (Convert.FromHexString(text.AsSpan(colon + 1), bytes, out _, out int written) != System.Buffers.OperationStatus.Done || written != bytes.Length)
        {
            return false;
        }

        hash = new VtHash(name, bytes);
        return true;
    }

    /// <summary>A copy of the value's bytes, in the order of the hexadecimal text.</summary>
    /// <returns>A new array of <see cref="Length"/> bytes.</returns>
    public byte[] ToByteArray() => (byte[])_bytes.Clone();

    /// <inheritdoc/>
    public bool Equals(VtHash? other) => other is not null && Name == other.Name && _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VtHash);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(_bytes);

    /// <inheritdoc/>
    public int CompareTo(VtHash? other) => other is null ? 1
        : Name != other.Name ? Name.CompareTo(other.Name) : _bytes.AsSpan().SequenceCompareTo(other._bytes);

    /// <summary>The text form, <c>name:hex</c>.</summary>
    /// <returns>The text form.</returns>
    public override string ToString() => VtHashNames.Text(Name) + ":" + Convert.ToHexStringLower(_bytes);
}
