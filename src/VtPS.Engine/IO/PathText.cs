using System.Buffers;
using System.Text;

namespace VtPS.Engine.IO;

/// <summary>
/// The text form of names and paths that are bytes: valid UTF-8 as it is, any other byte as <c>\xNN</c>, a backslash as <c>\\</c>,
/// control characters as <c>\xNN</c> too. The text form is accepted back.
/// </summary>
internal static class PathText
{
    /// <summary>The text form of a name or a path.</summary>
    public static string Format(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7e) < 0 && bytes.IndexOf((byte)'\\') < 0)
        {
            return Encoding.ASCII.GetString(bytes);
        }

        StringBuilder text = new(bytes.Length + 8);
        while (!bytes.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int used);
            if (status != OperationStatus.Done || Rune.IsControl(rune))
            {
                foreach (byte b in bytes[..used])
                {
                    text.Append("\\x").Append(Convert.ToHexStringLower([b]));
                }
            }
            else if (rune.Value == '\\')
            {
                text.Append("\\\\");
            }
            else
            {
                text.Append(rune.ToString());
            }

            bytes = bytes[used..];
        }

        return text.ToString();
    }

    /// <summary>The bytes of a text form. A backslash that begins neither <c>\\</c> nor <c>\xNN</c> stands for itself.</summary>
    public static byte[] Parse(ReadOnlySpan<char> text)
    {
        if (text.IndexOf('\\') < 0)
        {
            byte[] plain = new byte[Encoding.UTF8.GetByteCount(text)];
            Encoding.UTF8.GetBytes(text, plain);
            return plain;
        }

        ArrayBufferWriter<byte> bytes = new(text.Length + 16);
        while (!text.IsEmpty)
        {
            int slash = text.IndexOf('\\');
            ReadOnlySpan<char> plain = slash < 0 ? text : text[..slash];
            Encoding.UTF8.GetBytes(plain, bytes);
            text = text[plain.Length..];
            if (text.IsEmpty)
            {
                break;
            }

            if (text.StartsWith("\\\\"))
            {
                bytes.Write("\\"u8);
                text = text[2..];
            }
            else if (text.Length >= 4 && text[1] == 'x' && char.IsAsciiHexDigit(text[2]) && char.IsAsciiHexDigit(text[3]))
            {
                bytes.Write([byte.Parse(text.Slice(2, 2), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture)]);
                text = text[4..];
            }
            else
            {
                bytes.Write("\\"u8);
                text = text[1..];
            }
        }

        return bytes.WrittenSpan.ToArray();
    }
}
