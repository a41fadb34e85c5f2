using System.Buffers;
using System.Text;
using VtPS.Engine.IO;

namespace VtPS.Engine.Listing;

/// <summary>
/// A pattern for one name, in the escaped text form: <c>*</c> any characters, <c>?</c> one character, <c>[a-z]</c> one of some;
/// a backtick before one of these or before a backtick takes its meaning away. A byte that is not UTF-8 counts as one character.
/// Case counts. Immutable and safe for use by many threads.
/// </summary>
internal sealed class WildcardName
{
    private const int LongestOnStack = 512;

    // A byte that is no part of valid UTF-8 becomes a unit above every character.
    private const int OddByte = 0x110000;

    private readonly Token[] _tokens;

    private WildcardName(string text, byte[]? literal, Token[] tokens)
    {
        Text = text;
        Literal = literal;
        _tokens = tokens;
    }

    private enum TokenKind
    {
        One,
        Any,
        Many,
        Class,
    }

    /// <summary>The pattern as it was given.</summary>
    public string Text { get; }

    /// <summary>The only name that matches, as bytes, where the pattern has no wildcards; else null.</summary>
    public byte[]? Literal { get; }

    /// <summary>Reads a pattern. A <c>[</c> without its <c>]</c> stands for itself.</summary>
    public static WildcardName Parse(string text)
    {
        List<Token> tokens = [];
        StringBuilder plain = new();
        bool wild = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            switch (c)
            {
                case '`' when i + 1 < text.Length && text[i + 1] is '*' or '?' or '[' or ']' or '`':
                    plain.Append(text[++i]);
                    break;
                case '*' or '?':
                    Flush(plain, tokens);
                    wild = true;
                    tokens.Add(new Token(c == '*' ? TokenKind.Many : TokenKind.Any, 0, null));
                    break;
                case '[' when text.IndexOf(']', i + 1) is int end && end > i + 1:
                    Flush(plain, tokens);
                    wild = true;
                    tokens.Add(new Token(TokenKind.Class, 0, ParseClass(text.AsSpan(i + 1, end - i - 1))));
                    i = end;
                    break;
                default:
                    plain.Append(c);
                    break;
            }
        }

        if (!wild)
        {
            return new WildcardName(text, PathText.Parse(plain.ToString()), []);
        }

        Flush(plain, tokens);
        return new WildcardName(text, null, [.. tokens]);
    }

    /// <summary>Whether a name matches.</summary>
    public bool Matches(ReadOnlySpan<byte> name)
    {
        if (Literal is not null)
        {
            return name.SequenceEqual(Literal);
        }

        Span<int> units = name.Length <= LongestOnStack ? stackalloc int[LongestOnStack] : new int[name.Length];
        return MatchesUnits(units[..Decode(name, units)]);
    }

    private bool MatchesUnits(ReadOnlySpan<int> units)
    {
        // The usual walk with one place to come back to: the last * and how much it has taken so far.
        int at = 0, token = 0, star = -1, taken = 0;
        while (at < units.Length)
        {
            if (token < _tokens.Length && _tokens[token].Kind == TokenKind.Many)
            {
                star = token++;
                taken = at;
            }
            else if (token < _tokens.Length && _tokens[token].Takes(units[at]))
            {
                token++;
                at++;
            }
            else if (star >= 0)
            {
                token = star + 1;
                at = ++taken;
            }
            else
            {
                return false;
            }
        }

        while (token < _tokens.Length && _tokens[token].Kind == TokenKind.Many)
        {
            token++;
        }

        return token == _tokens.Length;
    }

    private static void Flush(StringBuilder plain, List<Token> tokens)
    {
        byte[] bytes = PathText.Parse(plain.ToString());
        plain.Clear();
        int[] units = new int[bytes.Length];
        int count = Decode(bytes, units);
        for (int i = 0; i < count; i++)
        {
            tokens.Add(new Token(TokenKind.One, units[i], null));
        }
    }

    private static (int Low, int High)[] ParseClass(ReadOnlySpan<char> text)
    {
        byte[] bytes = PathText.Parse(text);
        int[] units = new int[bytes.Length];
        int count = Decode(bytes, units);
        List<(int Low, int High)> ranges = [];
        for (int i = 0; i < count; i++)
        {
            if (i + 2 < count && units[i + 1] == '-')
            {
                ranges.Add((units[i], units[i + 2]));
                i += 2;
            }
            else
            {
                ranges.Add((units[i], units[i]));
            }
        }

        return [.. ranges];
    }

    private static int Decode(ReadOnlySpan<byte> bytes, Span<int> units)
    {
        int count = 0;
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int used) == OperationStatus.Done)
            {
                units[count++] = rune.Value;
            }
            else
            {
                for (int i = 0; i < used; i++)
                {
                    units[count++] = OddByte + bytes[i];
                }
            }

            bytes = bytes[used..];
        }

        return count;
    }

    private readonly record struct Token(TokenKind Kind, int Unit, (int Low, int High)[]? Ranges)
    {
        public bool Takes(int unit)
        {
            if (Kind != TokenKind.Class)
            {
                return Kind == TokenKind.Any || unit == Unit;
            }

            foreach ((int low, int high) in Ranges!)
            {
                if (unit >= low && unit <= high)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
