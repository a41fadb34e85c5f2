namespace VtPS.Engine.Rules;

/// <summary>The pattern of one name: what stands between two separators of a rule. Immutable and safe for use by many threads.</summary>
/// <remarks>Patterns match bytes, as git's do: <c>?</c> and a set stand for one byte, so for a part of a letter beyond ASCII.</remarks>
internal sealed class RuleSegment
{
    /// <summary>Matches every name, in the place of a <c>**</c> at a rule's end.</summary>
    public static readonly RuleSegment Anything = new(RuleSegmentKind.Any, [], null);

    /// <summary>A <c>**</c> between separators: no names or many.</summary>
    public static readonly RuleSegment AnyDepth = new(RuleSegmentKind.AnyDepth, [], null);

    /// <summary>Matches nothing: what an unfinished set or escape comes to.</summary>
    public static readonly RuleSegment Nothing = new(RuleSegmentKind.Nothing, [], null);

    private readonly RuleToken[] _tokens;

    private RuleSegment(RuleSegmentKind kind, byte[] literal, RuleToken[]? tokens)
    {
        Kind = kind;
        Literal = literal;
        _tokens = tokens ?? [];
    }

    public RuleSegmentKind Kind { get; }

    /// <summary>The whole name, its beginning or its end; empty for the other kinds.</summary>
    public byte[] Literal { get; }

    /// <summary>Makes the quickest form of a pattern.</summary>
    /// <param name="tokens">What the name must be made of, in order, without two <see cref="RuleTokenKind.Star"/> in a row.</param>
    public static RuleSegment Create(RuleToken[] tokens)
    {
        int stars = 0;
        int others = 0;
        foreach (RuleToken token in tokens)
        {
            stars += token.Kind == RuleTokenKind.Star ? 1 : 0;
            others += token.Kind is RuleTokenKind.One or RuleTokenKind.Set ? 1 : 0;
        }

        return (stars, others) switch
        {
            (0, 0) => new RuleSegment(RuleSegmentKind.Literal, Bytes(tokens), null),
            (1, 0) when tokens.Length == 1 => Anything,
            (1, 0) when tokens[0].Kind == RuleTokenKind.Star => new RuleSegment(RuleSegmentKind.Suffix, Bytes(tokens.AsSpan(1)), null),
            (1, 0) when tokens[^1].Kind == RuleTokenKind.Star => new RuleSegment(RuleSegmentKind.Prefix, Bytes(tokens.AsSpan(..^1)), null),
            _ => new RuleSegment(RuleSegmentKind.General, [], tokens),
        };
    }

    /// <summary>Whether this is the pattern of the name. Not for <see cref="RuleSegmentKind.AnyDepth"/>.</summary>
    public bool Matches(ReadOnlySpan<byte> name) => Kind switch
    {
        RuleSegmentKind.Literal => name.SequenceEqual(Literal),
        RuleSegmentKind.Suffix => name.EndsWith(Literal),
        RuleSegmentKind.Prefix => name.StartsWith(Literal),
        RuleSegmentKind.Any => true,
        RuleSegmentKind.General => MatchesTokens(name),
        _ => false,
    };

    private static byte[] Bytes(ReadOnlySpan<RuleToken> tokens)
    {
        byte[] bytes = new byte[tokens.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = tokens[i].Byte;
        }

        return bytes;
    }

    /// <summary>Goes back to the last star only: an earlier one can never do better, so the time stays below name × pattern.</summary>
    private bool MatchesTokens(ReadOnlySpan<byte> name)
    {
        RuleToken[] tokens = _tokens;
        int token = 0;
        int at = 0;
        int star = -1;
        int starAt = 0;
        while (at < name.Length)
        {
            if (token < tokens.Length && tokens[token].Kind == RuleTokenKind.Star)
            {
                star = token++;
                starAt = at;
            }
            else if (token < tokens.Length && tokens[token].Matches(name[at]))
            {
                token++;
                at++;
            }
            else if (star >= 0)
            {
                token = star + 1;
                at = ++starAt;
            }
            else
            {
                return false;
            }
        }

        while (token < tokens.Length && tokens[token].Kind == RuleTokenKind.Star)
        {
            token++;
        }

        return token == tokens.Length;
    }
}
