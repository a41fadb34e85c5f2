using System.Diagnostics.CodeAnalysis;

namespace VtPS;

/// <summary>
/// A reference to content: a block by hash, a few bytes in place, a repeated byte, or a block of further references.
/// It names plain content under the Store's hash and means the same in every Store.
/// Immutable and safe for use by many threads.
/// </summary>
/// <remarks>
/// Text form: <c>hash:NAME:HEX:SPAN</c>, <c>indirect:NAME:HEX:SPAN</c>, <c>run:HH:SPAN</c> and <c>literal:HEX</c>,
/// where SPAN is the count of plain content bytes, in decimal. docs/format.md describes the binary form.
/// </remarks>
public sealed class VtBlockReference : IEquatable<VtBlockReference>
{
    /// <summary>The longest content, in bytes, that a literal holds.</summary>
    public const int MaximumLiteral = 32;

    private VtBlockReference(VtBlockKind kind, long span, VtHash? hash, byte[]? literal, byte runByte)
    {
        Kind = kind;
        Length = span;
        Hash = hash;
        LiteralBytes = literal;
        RunByte = runByte;
    }

    /// <summary>The empty content.</summary>
    public static VtBlockReference Empty { get; } = new(VtBlockKind.Literal, 0, null, [], 0);

    /// <summary>The kind of reference.</summary>
    public VtBlockKind Kind { get; }

    /// <summary>How many bytes of plain content the reference stands for.</summary>
    public long Length { get; }

    /// <summary>The hash of the block, for the kinds Hash and Indirect; else null.</summary>
    public VtHash? Hash { get; }

    internal byte[]? LiteralBytes { get; }

    internal byte RunByte { get; }

    internal static VtBlockReference OfHash(VtHash hash, long length) => new(VtBlockKind.Hash, length, hash, null, 0);

    internal static VtBlockReference OfIndirect(VtHash hash, long length) => new(VtBlockKind.Indirect, length, hash, null, 0);

    internal static VtBlockReference OfRun(byte value, long length) => new(VtBlockKind.Run, length, null, null, value);

    internal static VtBlockReference OfLiteral(ReadOnlySpan<byte> content)
    {
        if (content.Length > MaximumLiteral)
        {
            throw new ArgumentOutOfRangeException(nameof(content), content.Length, $"A literal holds at most {MaximumLiteral} bytes.");
        }

        return content.IsEmpty ? Empty : new(VtBlockKind.Literal, content.Length, null, content.ToArray(), 0);
    }

    /// <summary>Reads the text form.</summary>
    /// <param name="text">The text form.</param>
    /// <returns>The reference.</returns>
    /// <exception cref="FormatException">The text is not a block reference.</exception>
    public static VtBlockReference Parse(string text) => TryParse(text, out VtBlockReference? reference)
        ? reference
        : throw new FormatException($"'{text}' is not a block reference. One is written hash:NAME:HEX:LENGTH, indirect:NAME:HEX:LENGTH, run:HH:LENGTH or literal:HEX.");

    /// <summary>Reads the text form without throwing.</summary>
    /// <param name="text">The text form, or null.</param>
    /// <param name="reference">The reference, when the result is true.</param>
    /// <returns>Whether the text was a block reference.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out VtBlockReference? reference)
    {
        reference = null;
        string[] parts = text?.Split(':') ?? [];
        switch (parts)
        {
            case ["literal", var hex] when hex.Length % 2 == 0 && hex.Length <= 2 * MaximumLiteral && hex.All(char.IsAsciiHexDigit):
                reference = OfLiteral(Convert.FromHexString(hex));
                return true;
            case ["run", { Length: 2 } hex, var span] when hex.All(char.IsAsciiHexDigit) && TryParseSpan(span, out long length) && length > 0:
                reference = OfRun(Convert.FromHexString(hex)[0], length);
                return true;
            case ["hash" or "indirect", var name, var hex, var span] when TryParseSpan(span, out long length) && VtHash.TryParse(name + ":" + hex, out VtHash? hash):
                reference = parts[0] == "hash" ? OfHash(hash, length) : OfIndirect(hash, length);
                return true;
            default:
                return false;
        }
    }

    private static bool TryParseSpan(string text, out long span) =>
        long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out span);

    /// <inheritdoc/>
    public bool Equals(VtBlockReference? other) =>
        other is not null && Kind == other.Kind && Length == other.Length && RunByte == other.RunByte
        && Equals(Hash, other.Hash) && LiteralBytes.AsSpan().SequenceEqual(other.LiteralBytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VtBlockReference);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Length, Hash, RunByte, LiteralBytes is { Length: > 0 } ? LiteralBytes[0] : 0);

    /// <summary>The text form.</summary>
    /// <returns>The text form, which <see cref="Parse"/> reads back.</returns>
    public override string ToString() => Kind switch
    {
        VtBlockKind.Hash => string.Create(null, $"hash:{Hash}:{Length}"),
        VtBlockKind.Indirect => string.Create(null, $"indirect:{Hash}:{Length}"),
        VtBlockKind.Run => string.Create(null, $"run:{RunByte:x2}:{Length}"),
        _ => "literal:" + Convert.ToHexStringLower(LiteralBytes!),
    };
}
