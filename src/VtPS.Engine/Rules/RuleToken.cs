namespace VtPS.Engine.Rules;

/// <summary>A part of a name's pattern.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Byte">The byte of a <see cref="RuleTokenKind.Literal"/>.</param>
/// <param name="Set">Of a <see cref="RuleTokenKind.Set"/>: for each byte value, whether it is in.</param>
internal readonly record struct RuleToken(RuleTokenKind Kind, byte Byte = 0, bool[]? Set = null)
{
    /// <summary>Whether this one part, no star, stands for the byte.</summary>
    public bool Matches(byte value) => Kind switch
    {
        RuleTokenKind.Literal => value == Byte,
        RuleTokenKind.One => true,
        RuleTokenKind.Set => Set![value],
        _ => false,
    };
}
