namespace VtPS.Engine.Rules;

/// <summary>One pattern of a rule set.</summary>
internal sealed class Rule
{
    public Rule(string text, int line, bool isNegated, bool isDirectoryOnly, RuleSegment[] segments, bool isAnchored)
    {
        Text = text;
        Line = line;
        IsNegated = isNegated;
        IsDirectoryOnly = isDirectoryOnly;
        Segments = segments;
        IsAnchored = isAnchored;
    }

    /// <summary>The pattern as it was written, for messages.</summary>
    public string Text { get; }

    /// <summary>Its line, from 1.</summary>
    public int Line { get; }

    /// <summary>It includes again what an earlier one excluded.</summary>
    public bool IsNegated { get; }

    /// <summary>It speaks of directories only.</summary>
    public bool IsDirectoryOnly { get; }

    /// <summary>It is matched from the directory of its source on; else against the last name alone, at any depth.</summary>
    public bool IsAnchored { get; }

    /// <summary>What lies between its separators; one only where it is not anchored.</summary>
    public RuleSegment[] Segments { get; }
}
