namespace VtPS.Engine.Listing;

/// <summary>
/// Several inside paths that one walk selects by together: an entry that two of them name is met once.
/// Safe for use by many threads once it is made.
/// </summary>
internal sealed class PathSelection
{
    private readonly bool[] _hit;

    private PathSelection(InsidePath[] paths)
    {
        Paths = paths;
        _hit = new bool[paths.Length];
        bool everything = paths.Length == 0;
        foreach (InsidePath path in paths)
        {
            everything |= path.Names.Count == 0;
        }

        if (!everything)
        {
            (int, int)[] states = new (int, int)[paths.Length];
            for (int i = 0; i < states.Length; i++)
            {
                states[i] = (i, 0);
            }

            Top = new SelectionScope(this, states);
        }
    }

    /// <summary>The paths, in the order given.</summary>
    public IReadOnlyList<InsidePath> Paths { get; }

    /// <summary>The scope of the tree's top; null where everything is selected.</summary>
    public SelectionScope? Top { get; }

    /// <summary>Reads the paths. None at all, or one that names the top, select everything.</summary>
    public static PathSelection Create(IReadOnlyList<string> paths)
    {
        InsidePath[] parsed = new InsidePath[paths.Count];
        for (int i = 0; i < parsed.Length; i++)
        {
            parsed[i] = InsidePath.Parse(paths[i]);
        }

        return new PathSelection(parsed);
    }

    /// <summary>Throws for the first path that no entry has matched in the walks so far.</summary>
    /// <param name="where">What was walked, for the message, such as <c>backup 12ab…</c>.</param>
    /// <exception cref="VtException">ItemNotFound.</exception>
    public void ThrowIfUnmatched(string where)
    {
        for (int i = 0; i < _hit.Length; i++)
        {
            if (!_hit[i] && Top is not null)
            {
                throw NotFound(Paths[i].Text, where);
            }
        }
    }

    /// <summary>The error for a path that names nothing.</summary>
    public static VtException NotFound(string path, string where) => new(
        VtErrorId.ItemNotFound,
        $"'{path}' names nothing in {where}. Paths inside a backup are case-sensitive and begin at its top; list the top to see its names.",
        path);

    internal void MarkHit(int path) => _hit[path] = true;
}
