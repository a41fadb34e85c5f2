namespace VtPS.Engine.Rules;

/// <summary>One rule set as it stands in one directory: its rules for any depth, and how far its anchored ones have matched. Immutable.</summary>
internal sealed class RuleSourceScope
{
    private readonly RulePosition[] _positions;

    // What the anchored rules that end here ask of a name.
    private readonly NameMatcher? _ends;

    private RuleSourceScope(RuleSet rules, RulePosition[] positions)
    {
        Rules = rules;
        _positions = positions;
        List<(int Rule, RuleSegment Segment)>? ends = null;
        foreach (RulePosition position in positions)
        {
            RuleSegment[] segments = rules.Rules[position.Rule].Segments;
            if (position.Segment == segments.Length - 1)
            {
                RuleSegment last = segments[position.Segment];
                (ends ??= []).Add((position.Rule, last == RuleSegment.AnyDepth ? RuleSegment.Anything : last));
            }
        }

        _ends = ends is null ? null : new NameMatcher(rules.Rules, ends);
    }

    /// <summary>The rule set.</summary>
    public RuleSet Rules { get; }

    /// <summary>A rule set in the directory of its source; null where it has no rules.</summary>
    public static RuleSourceScope? Begin(RuleSet? rules) => rules is null || rules.IsEmpty ? null : new RuleSourceScope(rules, rules.Starts);

    /// <summary>The set in a directory of this one; itself where nothing changes, null where it has nothing to say from there on.</summary>
    public RuleSourceScope? Enter(ReadOnlySpan<byte> directory)
    {
        if (_positions.Length == 0)
        {
            return this;
        }

        List<RulePosition> next = new(_positions.Length);
        foreach (RulePosition position in _positions)
        {
            RuleSegment segment = Rules.Rules[position.Rule].Segments[position.Segment];
            if (segment == RuleSegment.AnyDepth)
            {
                RulePosition.Add(next, Rules.Rules, position.Rule, position.Segment);
            }
            else if (segment.Matches(directory))
            {
                RulePosition.Add(next, Rules.Rules, position.Rule, position.Segment + 1);
            }
        }

        return next.Count == 0 && !Rules.HasNames ? null
            : _positions.AsSpan().SequenceEqual(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(next)) ? this
            : new RuleSourceScope(Rules, [.. next]);
    }

    /// <summary>The number of the last rule that matches, or -1.</summary>
    public int Find(ReadOnlySpan<byte> name, bool isDirectory)
    {
        int byName = Rules.FindName(name, isDirectory);
        return _ends is null ? byName : Math.Max(byName, _ends.Find(name, isDirectory));
    }
}
