using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace VtPS.Engine.Stores;

/// <summary>128 random bits; the text form is 32 lower-case hexadecimal digits. Never used again once given out.</summary>
internal readonly record struct DataFileId(ulong High, ulong Low) : IComparable<DataFileId>
{
    /// <summary>Where tests that must see the same ids again have them come from, in one flow of execution; else null.</summary>
    internal static AsyncLocal<Func<DataFileId>?> TestSource { get; } = new();

    public static DataFileId New()
    {
        if (TestSource.Value is { } source)
        {
            return source();
        }

        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return Read(bytes);
    }

    /// <summary>Reads 16 bytes, the text form's first digit pair first.</summary>
    public static DataFileId Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
    }

    public static bool TryParse(ReadOnlySpan<char> text, out DataFileId id)
    {
        id = default;
        if (text.Length != 32 || text.ContainsAnyExcept("0123456789abcdef"))
        {
            return false;
        }

        id = new DataFileId(
            ulong.Parse(text[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            ulong.Parse(text[16..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        return true;
    }

    public int CompareTo(DataFileId other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");
}
