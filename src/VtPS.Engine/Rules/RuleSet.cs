using System.Text;

namespace VtPS.Engine.Rules;

/// <summary>
/// The exclude patterns of one source, such as a <c>.vtignore</c> or the command line, with the meaning of gitignore(5).
/// Immutable and safe for use by many threads.
/// </summary>
internal sealed class RuleSet
{
    private readonly NameMatcher? _names;

    private RuleSet(string source, List<Rule> rules)
    {
        Source = source;
        Rules = [.. rules];
        List<(int Rule, RuleSegment Segment)> names = [];
        List<RulePosition> starts = [];
        for (int i = Rules.Length - 1; i >= 0; i--)
        {
            if (Rules[i].IsAnchored)
            {
                RulePosition.Add(starts, Rules, i, 0);
            }
            else
            {
                names.Add((i, Rules[i].Segments[0]));
            }
        }

        Starts = [.. starts];
        _names = names.Count > 0 ? new NameMatcher(Rules, names) : null;
    }

    /// <summary>No rules.</summary>
    public static RuleSet Empty { get; } = new(string.Empty, []);

    /// <summary>Whether there are no rules.</summary>
    public bool IsEmpty => Rules.Length == 0;

    /// <summary>Where the rules are from, for messages.</summary>
    public string Source { get; }

    /// <summary>The rules, in the order of their lines: the last that matches decides.</summary>
    internal Rule[] Rules { get; }

    /// <summary>Where the anchored rules stand in the directory of their source, by falling rule number.</summary>
    internal RulePosition[] Starts { get; }

    /// <summary>Whether a rule may match at any depth.</summary>
    internal bool HasNames => _names is not null;

    /// <summary>Reads patterns, one a line. Comments and blank lines count as lines and mean nothing.</summary>
    /// <param name="lines">The lines without line ends.</param>
    /// <param name="source">Where they are from, for messages.</param>
    public static RuleSet Parse(IEnumerable<string> lines, string source)
    {
        List<Rule> rules = [];
        int number = 0;
        foreach (string line in lines)
        {
            Add(rules, Encoding.UTF8.GetBytes(line), ++number);
        }

        return rules.Count > 0 ? new RuleSet(source, rules) : Empty;
    }

    /// <summary>Reads a file of patterns, such as a <c>.vtignore</c>, whose names need not be UTF-8. A byte order mark is passed over.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="source">The file's path, for messages.</param>
    public static RuleSet Parse(ReadOnlySpan<byte> content, string source)
    {
        if (content.StartsWith("\uFEFF"u8))
        {
            content = content[3..];
        }

        List<Rule> rules = [];
        for (int number = 1; !content.IsEmpty; number++)
        {
            int end = content.IndexOf((byte)'\n');
            Add(rules, end < 0 ? content : content[..end], number);
            content = end < 0 ? [] : content[(end + 1)..];
        }

        return rules.Count > 0 ? new RuleSet(source, rules) : Empty;
    }

    /// <summary>The number of the last rule of those for any depth that matches a name, or -1.</summary>
    internal int FindName(ReadOnlySpan<byte> name, bool isDirectory) => _names?.Find(name, isDirectory) ?? -1;

    private static void Add(List<Rule> rules, ReadOnlySpan<byte> line, int number)
    {
        if (RuleParser.Parse(line, number) is { } rule)
        {
            rules.Add(rule);
        }
    }
}
