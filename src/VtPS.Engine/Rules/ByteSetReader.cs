namespace VtPS.Engine.Rules;

/// <summary>Reads a set of bytes, <c>[abc]</c>, <c>[a-z]</c>, <c>[!a]</c> or <c>[^a]</c>, <c>[[:digit:]]</c>.</summary>
internal static class ByteSetReader
{
    /// <summary>Reads a set.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="at">Where the set's <c>[</c> is; afterwards, what follows its <c>]</c>.</param>
    /// <returns>For each byte value whether it is in; null where the set has no end or names a class that there is not.</returns>
    public static bool[]? Read(ReadOnlySpan<byte> pattern, ref int at)
    {
        bool[] set = new bool[256];
        int i = at + 1;
        bool negated = i < pattern.Length && pattern[i] is (byte)'!' or (byte)'^';
        if (negated)
        {
            i++;
        }

        // A ] in the first place is a member. What a range begins with is the single byte before its -; a range or class is none.
        byte? previous = null;
        for (bool first = true; ; first = false)
        {
            if (i >= pattern.Length)
            {
                return null;
            }

            byte c = pattern[i];
            if (c == ']' && !first)
            {
                break;
            }

            if (c == '\\')
            {
                if (++i >= pattern.Length)
                {
                    return null;
                }

                c = pattern[i++];
                set[c] = true;
                previous = c;
            }
            else if (c == '-' && previous is { } low && i + 1 < pattern.Length && pattern[i + 1] != ']')
            {
                i++;
                if (pattern[i] == '\\' && ++i >= pattern.Length)
                {
                    return null;
                }

                for (int member = low; member <= pattern[i]; member++)
                {
                    set[member] = true;
                }

                i++;
                previous = null;
            }
            else if (c == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':')
            {
                int length = pattern[(i + 2)..].IndexOf((byte)']');
                if (length < 0)
                {
                    return null;
                }

                if (length >= 1 && pattern[i + 1 + length] == ':')
                {
                    if (!AddClass(set, pattern.Slice(i + 2, length - 1)))
                    {
                        return null;
                    }

                    i += length + 3;
                    previous = null;
                }
                else
                {
                    // No :] ends it, so the [ is a member like any other.
                    set[c] = true;
                    previous = c;
                    i++;
                }
            }
            else
            {
                set[c] = true;
                previous = c;
                i++;
            }
        }

        at = i + 1;
        if (negated)
        {
            for (int member = 0; member < set.Length; member++)
            {
                set[member] = !set[member];
            }
        }

        return set;
    }

    private static bool AddClass(bool[] set, ReadOnlySpan<byte> name)
    {
        Func<char, bool>? isMember = System.Text.Encoding.ASCII.GetString(name) switch
        {
            "alnum" => char.IsAsciiLetterOrDigit,
            "alpha" => char.IsAsciiLetter,
            "blank" => c => c is ' ' or '\t',
            "cntrl" => c => c is < ' ' or '\x7f',
            "digit" => char.IsAsciiDigit,
            "graph" => c => c is > ' ' and < '\x7f',
            "lower" => char.IsAsciiLetterLower,
            "print" => c => c is >= ' ' and < '\x7f',
            "punct" => c => c is > ' ' and < '\x7f' && !char.IsAsciiLetterOrDigit(c),
            "space" => c => c is ' ' or (>= '\t' and <= '\r'),
            "upper" => char.IsAsciiLetterUpper,
            "xdigit" => char.IsAsciiHexDigit,
            _ => null,
        };
        if (isMember is null)
        {
            return false;
        }

        for (int c = 0; c < 128; c++)
        {
            set[c] |= isMember((char)c);
        }

        return true;
    }
}
