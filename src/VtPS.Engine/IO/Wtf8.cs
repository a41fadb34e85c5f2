using System.Buffers;
using System.Text;

namespace VtPS.Engine.IO;

/// <summary>
/// WTF-8: UTF-8 that also has a form for UTF-16 units that are half of a pair, which names on Windows may hold.
/// </summary>
internal static class Wtf8
{
    /// <summary>The bytes of a string; halves of pairs as three bytes each.</summary>
    public static byte[] GetBytes(ReadOnlySpan<char> text)
    {
        ArrayBufferWriter<byte> bytes = new(text.Length + 16);
        while (!text.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf16(text, out Rune rune, out int used);
            Span<byte> place = bytes.GetSpan(4);
            if (status == OperationStatus.Done)
            {
                bytes.Advance(rune.EncodeToUtf8(place));
            }
            else
            {
                used = 1;
                place[0] = 0xed;
                place[1] = (byte)(0x80 | ((text[0] >> 6) & 0x3f));
                place[2] = (byte)(0x80 | (text[0] & 0x3f));
                bytes.Advance(3);
            }

            text = text[used..];
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The string of bytes that <see cref="GetBytes"/> made; null if they are no WTF-8.</summary>
    public static string? GetString(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int used) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else if (bytes.Length >= 3 && bytes[0] == 0xed && bytes[1] is >= 0xa0 and <= 0xbf && bytes[2] is >= 0x80 and <= 0xbf)
            {
                text.Append((char)(0xd000 | ((bytes[1] & 0x3f) << 6) | (bytes[2] & 0x3f)));
                used = 3;
            }
            else
            {
                return null;
            }

            bytes = bytes[used..];
        }

        return text.ToString();
    }
}
