namespace VtPS.Engine.Rules;

/// <summary>How far an anchored rule has matched the directories entered: its next segment is to match the next name.</summary>
/// <param name="Rule">The rule's number in its set.</param>
/// <param name="Segment">The segment's number in the rule.</param>
internal readonly record struct RulePosition(int Rule, int Segment)
{
    /// <summary>
    /// Adds a position, and with a <c>**</c> the one beyond it, for it may stand for no directory at all. Positions of one rule stand together,
    /// and none is added twice.
    /// </summary>
    public static void Add(List<RulePosition> positions, Rule[] rules, int rule, int segment)
    {
        RuleSegment[] segments = rules[rule].Segments;
        for (; segment < segments.Length; segment++)
        {
            RulePosition position = new(rule, segment);
            for (int i = positions.Count - 1; i >= 0 && positions[i].Rule == rule; i--)
            {
                if (positions[i] == position)
                {
                    return;
                }
            }

            positions.Add(position);
            if (segments[segment] != RuleSegment.AnyDepth)
            {
                return;
            }
        }
    }
}
