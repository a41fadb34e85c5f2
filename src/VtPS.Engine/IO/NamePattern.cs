using System.Buffers;
using System.Text;

namespace VtPS.Engine.IO;

/// <summary>
/// A wildcard pattern for one name: <c>*</c> any characters or none, <c>?</c> one, <c>[abc-z]</c> one of these.
/// A backtick makes the wildcard character after it stand for itself, and so does a bracket without its partner.
/// Where a backslash is no separator, <c>\xNN</c> is one byte that is no character, and <c>\\</c> a backslash, as <see cref="PathText"/> writes them.
/// </summary>
/// <remarks>A byte that is not UTF-8 counts as one character, so that <c>?</c> and <c>*</c> match it. Immutable and safe for use by many threads.</remarks>
internal sealed class NamePattern
{
    private const int AnyOne = -1;
    private const int AnyRun = -2;
    private const int FirstSet = -3;
    private const int OddByte = 0x110000;
    private const int LongestOnStack = 512;

    // A character (or OddByte + a byte), AnyOne, AnyRun, or FirstSet minus the number of a set.
    private readonly List<int> _tokens = [];
    private readonly List<List<(int First, int Last)>> _sets = [];
    private readonly bool _ignoreCase;

    /// <param name="pattern">The pattern, without separators.</param>
    /// <param name="backslashEscapes">Whether the text form's escapes are understood: not where a backslash separates names.</param>
    /// <param name="ignoreCase">Whether letters match in either case.</param>
    public NamePattern(string pattern, bool backslashEscapes, bool ignoreCase)
    {
        Text = pattern;
        _ignoreCase = ignoreCase;
        int at = 0;
        while (at < pattern.Length)
        {
            char c = pattern[at];
            int end;
            if (c == '*')
            {
                _tokens.Add(AnyRun);
                at++;
            }
            else if (c == '?')
            {
                _tokens.Add(AnyOne);
                at++;
            }
            else if (c == '[' && (end = pattern.IndexOf(']', Math.Min(at + 2, pattern.Length))) > 0)
            {
                AddSet(pattern[(at + 1)..end], backslashEscapes);
                at = end + 1;
            }
            else
            {
                _tokens.Add(ReadCharacter(pattern, ref at, backslashEscapes));
            }
        }

        Literal = _tokens.Exists(static t => t < 0) ? null : GetLiteral();
    }

    /// <summary>The pattern as it was given.</summary>
    public string Text { get; }

    /// <summary>The name that a pattern without wildcards stands for, as bytes; else null.</summary>
    public byte[]? Literal { get; }

    /// <summary>Whether a whole text matches a pattern, without regard to case; a backslash stands for itself.</summary>
    public static bool IsTextMatch(string pattern, string text) =>
        new NamePattern(pattern, backslashEscapes: false, ignoreCase: true).IsMatch(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether a name matches.</summary>
    public bool IsMatch(ReadOnlySpan<byte> name)
    {
        if (Literal is not null && !_ignoreCase)
        {
            return name.SequenceEqual(Literal);
        }

        Span<int> text = name.Length <= LongestOnStack ? stackalloc int[LongestOnStack] : new int[name.Length];
        int length = 0;
        while (!name.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(name, out Rune rune, out int used) == OperationStatus.Done;
            used = valid ? used : 1;
            text[length++] = valid ? Fold(rune.Value) : OddByte + name[0];
            name = name[used..];
        }

        return IsMatch(text[..length]);
    }

    private byte[] GetLiteral()
    {
        ArrayBufferWriter<byte> bytes = new();
        foreach (int token in _tokens)
        {
            if (token >= OddByte)
            {
                bytes.Write([(byte)(token - OddByte)]);
            }
            else
            {
                Span<byte> utf8 = bytes.GetSpan(4);
                bytes.Advance(new Rune(token).EncodeToUtf8(utf8));
            }
        }

        return bytes.WrittenSpan.ToArray();
    }

    private bool IsMatch(ReadOnlySpan<int> text)
    {
        // When a later part fails, only the last run of any characters needs to be made longer.
        int t = 0, at = 0, run = -1, runAt = 0;
        while (at < text.Length)
        {
            if (t < _tokens.Count && _tokens[t] == AnyRun)
            {
                run = t++;
                runAt = at;
            }
            else if (t < _tokens.Count && IsMatch(_tokens[t], text[at]))
            {
                t++;
                at++;
            }
            else if (run >= 0)
            {
                t = run + 1;
                at = ++runAt;
            }
            else
            {
                return false;
            }
        }

        while (t < _tokens.Count && _tokens[t] == AnyRun)
        {
            t++;
        }

        return t == _tokens.Count;
    }

    private bool IsMatch(int token, int character)
    {
        if (token > FirstSet)
        {
            return token == AnyOne || Fold(token) == character;
        }

        foreach ((int first, int last) in _sets[FirstSet - token])
        {
            if (character >= first && character <= last)
            {
                return true;
            }
        }

        return false;
    }

    private void AddSet(string members, bool backslashEscapes)
    {
        List<(int First, int Last)> set = [];
        int at = 0;
        while (at < members.Length)
        {
            int first = ReadCharacter(members, ref at, backslashEscapes);
            int last = first;
            if (at + 1 < members.Length && members[at] == '-')
            {
                at++;
                last = ReadCharacter(members, ref at, backslashEscapes);
            }

            set.Add((Fold(first), Fold(last)));
        }

        _tokens.Add(FirstSet - _sets.Count);
        _sets.Add(set);
    }

    private static int ReadCharacter(string text, ref int at, bool backslashEscapes)
    {
        char c = text[at];
        if (c == '`' && at + 1 < text.Length && text[at + 1] is '*' or '?' or '[' or ']' or '`')
        {
            at += 2;
            return text[at - 1];
        }

        if (c == '\\' && backslashEscapes)
        {
            ReadOnlySpan<char> rest = text.AsSpan(at);
            if (rest.StartsWith("\\\\"))
            {
                at += 2;
                return '\\';
            }

            if (rest.Length >= 4 && rest[1] == 'x' && char.IsAsciiHexDigit(rest[2]) && char.IsAsciiHexDigit(rest[3]))
            {
                at += 4;
                int value = Convert.ToInt32(rest.Slice(2, 2).ToString(), 16);
                return value < 0x80 ? value : OddByte + value;
            }
        }

        Rune.DecodeFromUtf16(text.AsSpan(at), out Rune rune, out int used);
        at += used;
        return rune.Value;
    }

    private int Fold(int character) =>
        _ignoreCase && character < OddByte ? Rune.ToUpperInvariant(new Rune(character)).Value : character;
}
