namespace VtPS.Engine.Rules;

/// <summary>
/// Finds the last of many rules that match a name: literal names by one look-up, endings by the name's last byte, the rest one by one,
/// and none that could not be later than the one found already. Immutable and safe for use by many threads.
/// </summary>
internal sealed class NameMatcher
{
    private readonly Dictionary<byte[], (int Any, int Directory)>.AlternateLookup<ReadOnlySpan<byte>>? _literals;
    private readonly List<Candidate>?[]? _bySuffix;
    private readonly Candidate[] _others;

    /// <param name="rules">The rules.</param>
    /// <param name="candidates">Which of them to look for and by which of their segments, by falling rule number.</param>
    public NameMatcher(IReadOnlyList<Rule> rules, List<(int Rule, RuleSegment Segment)> candidates)
    {
        Dictionary<byte[], (int Any, int Directory)>? literals = null;
        List<Candidate> others = [];
        foreach ((int number, RuleSegment segment) in candidates)
        {
            bool directoryOnly = rules[number].IsDirectoryOnly;
            if (segment.Kind == RuleSegmentKind.Literal)
            {
                literals ??= new Dictionary<byte[], (int Any, int Directory)>(ByteStringComparer.Instance);
                (int any, int directory) = literals.GetValueOrDefault(segment.Literal, (-1, -1));
                literals[segment.Literal] = directoryOnly ? (any, Math.Max(directory, number)) : (Math.Max(any, number), Math.Max(directory, number));
            }
            else if (segment.Kind == RuleSegmentKind.Suffix)
            {
                _bySuffix ??= new List<Candidate>?[256];
                (_bySuffix[segment.Literal[^1]] ??= []).Add(new Candidate(number, segment, directoryOnly));
            }
            else
            {
                others.Add(new Candidate(number, segment, directoryOnly));
            }
        }

        _literals = literals?.GetAlternateLookup<ReadOnlySpan<byte>>();
        _others = [.. others];
    }

    /// <summary>The number of the last rule that matches, or -1.</summary>
    public int Find(ReadOnlySpan<byte> name, bool isDirectory)
    {
        int best = -1;
        if (name.IsEmpty)
        {
            return best;
        }

        if (_literals is { } literals && literals.TryGetValue(name, out (int Any, int Directory) found))
        {
            best = isDirectory ? found.Directory : found.Any;
        }

        if (_bySuffix?[name[^1]] is { } endings)
        {
            foreach (Candidate candidate in endings)
            {
                if (candidate.Rule <= best)
                {
                    break;
                }

                if ((isDirectory || !candidate.IsDirectoryOnly) && name.EndsWith(candidate.Segment.Literal))
                {
                    best = candidate.Rule;
                    break;
                }
            }
        }

        foreach (Candidate candidate in _others)
        {
            if (candidate.Rule <= best)
            {
                break;
            }

            if ((isDirectory || !candidate.IsDirectoryOnly) && candidate.Segment.Matches(name))
            {
                return candidate.Rule;
            }
        }

        return best;
    }

    private readonly record struct Candidate(int Rule, RuleSegment Segment, bool IsDirectoryOnly);
}
