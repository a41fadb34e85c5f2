using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using VtPS.Engine.IO;

namespace VtPS.Engine.Histories;

/// <summary>128 bits that name something; 32 hexadecimal digits as text. (Not <see cref="UInt128"/>: methods that touch one cannot be compiled before the program runs.)</summary>
/// <param name="High">The first 64 bits.</param>
/// <param name="Low">The last 64 bits.</param>
internal readonly record struct Identity(ulong High, ulong Low) : IComparable<Identity>
{
    /// <summary>Bytes of one in binary form, the highest first.</summary>
    public const int Size = 16;

    /// <summary>One that nothing else has.</summary>
    public static Identity Draw() => Of(RandomNumberGenerator.GetBytes(Size));

    /// <summary>The identity that some bytes begin with.</summary>
    public static Identity Of(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    public static bool TryParse(string text, out Identity identity)
    {
        identity = default;
        if (text.Length != 2 * Size
            || !ulong.TryParse(text.AsSpan(0, Size), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong high)
            || !ulong.TryParse(text.AsSpan(Size), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong low))
        {
            return false;
        }

        identity = new Identity(high, low);
        return true;
    }

    /// <exception cref="InvalidDataException">The bytes end too early.</exception>
    public static Identity Read(ref ByteReader reader) => Of(reader.ReadBytes(Size));

    public void Write(ByteWriter writer)
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        writer.WriteBytes(bytes);
    }

    public int CompareTo(Identity other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    public bool Equals(Identity other) => High == other.High && Low == other.Low;

    /// <summary>They are drawn, or come from hashes: any part is as good as all.</summary>
    public override int GetHashCode() => (int)Low;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");
}
