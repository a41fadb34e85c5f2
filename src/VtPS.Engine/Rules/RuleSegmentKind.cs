namespace VtPS.Engine.Rules;

/// <summary>What a <see cref="RuleSegment"/> asks of a name; all but the last three are quick.</summary>
internal enum RuleSegmentKind
{
    /// <summary>To be it.</summary>
    Literal,

    /// <summary>To end in it.</summary>
    Suffix,

    /// <summary>To begin with it.</summary>
    Prefix,

    /// <summary>Nothing.</summary>
    Any,

    /// <summary>To match its tokens.</summary>
    General,

    /// <summary>It stands for any number of names.</summary>
    AnyDepth,

    /// <summary>No name will do.</summary>
    Nothing,
}
