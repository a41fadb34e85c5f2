using System.Globalization;
using System.Text;
using VtPS.Engine.Hashing;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Changes bytes at random, so that parsers meet what nobody wrote.</summary>
internal static class Mutation
{
    private static readonly string[] Tokens =
        ["null", "true", "0", "-1", "1e400", "99999999999999999999", "2147483648", "\"\"", "\"x\"", "\"\\ud800\"", "\"99999999999999999999\"", "[]", "{}", "[null]", "[[]]", "\"0001-01-01T00:00:00Z\""];

    /// <summary>Changes one to three places.</summary>
    public static byte[] OfBytes(Random random, byte[] seed)
    {
        List<byte> bytes = [.. seed];
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            int at = random.Next(bytes.Count + 1);
            int count = Math.Min(random.Next(1, 9), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, count);
                    break;
                case 3:
                    // A number as long and as large as one can be.
                    bytes.InsertRange(at, Enumerable.Repeat((byte)0xff, random.Next(1, 11)).Append((byte)random.Next(128)));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, count));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Changes what is before the checksum and makes the checksum fit, nine times of ten.</summary>
    public static byte[] OfJson(Random random, byte[] seed)
    {
        const int TailLength = 37;
        if (random.Next(10) == 0)
        {
            return OfBytes(random, seed);
        }

        byte[] head = seed[..^TailLength];
        string text = Encoding.UTF8.GetString(head);
        if (random.Next(3) > 0)
        {
            // Another value in a property's place.
            int[] colons = [.. Enumerable.Range(0, text.Length).Where(i => text[i] == ':' && text[i - 1] == '"')];
            int from = colons[random.Next(colons.Length)] + 1;
            int to = EndOfValue(text, from);
            head = Encoding.UTF8.GetBytes(string.Concat(text.AsSpan(0, from), Tokens[random.Next(Tokens.Length)], text.AsSpan(to)));
        }
        else
        {
            head = OfBytes(random, head);
        }

        return WithChecksum(head);
    }

    /// <summary>Closes an object whose text lacks its checksum.</summary>
    public static byte[] WithChecksum(byte[] head) =>
        [.. head, .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"checksum\":\"xxh3:{Checksum.Xxh3(head):x16}\"}}\n"))];

    /// <summary>Where a JSON value that begins there ends.</summary>
    private static int EndOfValue(string text, int from)
    {
        int depth = 0;
        bool quoted = false;
        for (int i = from; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted)
            {
                i += c == '\\' ? 1 : 0;
                quoted = c != '"';
            }
            else if (c == '"')
            {
                quoted = true;
            }
            else if (c is '[' or '{')
            {
                depth++;
            }
            else if (c is ']' or '}' && --depth < 0)
            {
                return i;
            }
            else if (c == ',' && depth == 0)
            {
                return i;
            }
        }

        return text.Length;
    }
}
