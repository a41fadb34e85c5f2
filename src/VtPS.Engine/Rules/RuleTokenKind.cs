namespace VtPS.Engine.Rules;

/// <summary>A part of a name's pattern.</summary>
internal enum RuleTokenKind : byte
{
    /// <summary>One certain byte.</summary>
    Literal,

    /// <summary><c>?</c>: any one byte.</summary>
    One,

    /// <summary><c>[…]</c>: one byte of a set.</summary>
    Set,

    /// <summary><c>*</c>: any bytes, or none.</summary>
    Star,
}
