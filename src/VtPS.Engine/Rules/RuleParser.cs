using System.Text;

namespace VtPS.Engine.Rules;

/// <summary>Reads patterns as gitignore(5) describes them and git 2 reads them.</summary>
/// <remarks>
/// One difference: git's own matcher gives <c>**</c> a special meaning also directly after a pattern's plain beginning, as in <c>foo**/bar</c>.
/// Its manual says that such asterisks are regular ones, and so they are here.
/// </remarks>
internal static class RuleParser
{
    /// <summary>Reads one line.</summary>
    /// <param name="line">The line without its line feed; a carriage return at its end is taken off.</param>
    /// <param name="number">Its number, from 1.</param>
    /// <returns>The rule; null for a blank line, a comment, and a pattern that no name can match.</returns>
    public static Rule? Parse(ReadOnlySpan<byte> line, int number)
    {
        if (line.EndsWith("\r"u8))
        {
            line = line[..^1];
        }

        line = line[..TrimmedLength(line)];
        if (line.IsEmpty || line[0] == '#')
        {
            return null;
        }

        ReadOnlySpan<byte> pattern = line;
        bool negated = pattern[0] == '!';
        if (negated)
        {
            pattern = pattern[1..];
        }

        bool directoryOnly = pattern.EndsWith("/"u8);
        if (directoryOnly)
        {
            pattern = pattern[..^1];
        }

        bool anchored = pattern.Contains((byte)'/');
        if (pattern.StartsWith("/"u8))
        {
            pattern = pattern[1..];
        }

        if (pattern.IsEmpty)
        {
            return null;
        }

        List<RuleSegment> segments = Split(pattern, anchored);
        if (segments.Contains(RuleSegment.Nothing))
        {
            return null;
        }

        // "**/name" says the same as "name".
        if (anchored && segments.Count == 2 && segments[0] == RuleSegment.AnyDepth && segments[1] != RuleSegment.AnyDepth)
        {
            segments.RemoveAt(0);
            anchored = false;
        }

        return new Rule(Encoding.UTF8.GetString(line), number, negated, directoryOnly, [.. segments], anchored);
    }

    /// <summary>The length without spaces at the end, but for those that a backslash keeps.</summary>
    private static int TrimmedLength(ReadOnlySpan<byte> line)
    {
        int length = 0;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\')
            {
                // Whatever follows a backslash stays. One at the very end keeps all that is before it too.
                i++;
                length = Math.Min(i + 1, line.Length);
            }
            else if (line[i] != ' ')
            {
                length = i + 1;
            }
        }

        return length;
    }

    private static List<RuleSegment> Split(ReadOnlySpan<byte> pattern, bool anchored)
    {
        List<RuleSegment> segments = [];
        List<RuleToken> tokens = [];
        int start = 0;
        int at = 0;
        while (at <= pattern.Length)
        {
            if (at == pattern.Length || pattern[at] == '/' || (pattern[at] == '\\' && at + 1 < pattern.Length && pattern[at + 1] == '/'))
            {
                bool anyDepth = anchored && at - start >= 2 && !pattern[start..at].ContainsAnyExcept((byte)'*');
                bool doubled = anyDepth && segments.Count > 0 && segments[^1] == RuleSegment.AnyDepth && at < pattern.Length;
                if (!doubled)
                {
                    segments.Add(anyDepth ? RuleSegment.AnyDepth : tokens.Count == 0 ? RuleSegment.Nothing : RuleSegment.Create([.. tokens]));
                }

                tokens.Clear();
                at += at < pattern.Length && pattern[at] == '\\' ? 2 : 1;
                start = at;
                continue;
            }

            switch (pattern[at])
            {
                case (byte)'\\':
                    if (at + 1 == pattern.Length)
                    {
                        return [RuleSegment.Nothing];
                    }

                    tokens.Add(new RuleToken(RuleTokenKind.Literal, pattern[at + 1]));
                    at += 2;
                    break;
                case (byte)'*':
                    if (tokens.Count == 0 || tokens[^1].Kind != RuleTokenKind.Star)
                    {
                        tokens.Add(new RuleToken(RuleTokenKind.Star));
                    }

                    at++;
                    break;
                case (byte)'?':
                    tokens.Add(new RuleToken(RuleTokenKind.One));
                    at++;
                    break;
                case (byte)'[':
                    bool[]? set = ByteSetReader.Read(pattern, ref at);
                    if (set is null)
                    {
                        return [RuleSegment.Nothing];
                    }

                    tokens.Add(new RuleToken(RuleTokenKind.Set, Set: set));
                    break;
                default:
                    tokens.Add(new RuleToken(RuleTokenKind.Literal, pattern[at]));
                    at++;
                    break;
            }
        }

        return segments;
    }
}
