using VtPS.Engine.IO;

namespace VtPS.Engine.Listing;

/// <summary>
/// A path inside a backup as a user writes it: names with <c>/</c> between, in the escaped text form, each of them a pattern.
/// Empty names and <c>.</c> are passed over, so <c>/a//b/</c> is <c>a/b</c>; <c>..</c> means nothing inside a backup and matches no entry.
/// Immutable and safe for use by many threads.
/// </summary>
internal sealed class InsidePath
{
    private InsidePath(string text, NamePattern[] names)
    {
        Text = text;
        Names = names;
    }

    /// <summary>The path as it was given.</summary>
    public string Text { get; }

    /// <summary>The patterns from the top down; none for the top itself.</summary>
    public IReadOnlyList<NamePattern> Names { get; }

    /// <summary>Reads a path.</summary>
    public static InsidePath Parse(string text)
    {
        List<NamePattern> names = [];
        foreach (string name in text.Split('/'))
        {
            if (name is not ("" or "."))
            {
                names.Add(new NamePattern(name, backslashEscapes: true, ignoreCase: false));
            }
        }

        return new InsidePath(text, [.. names]);
    }

    /// <summary>Writes the path of an item so that it means this item only, whatever characters its names have.</summary>
    /// <param name="path">A path as <see cref="VtItem.Path"/> has it.</param>
    public static string Escape(string path) =>
        path.AsSpan().IndexOfAny("*?[]`") < 0 ? path
            : path.Replace("`", "``", StringComparison.Ordinal).Replace("*", "`*", StringComparison.Ordinal).Replace("?", "`?", StringComparison.Ordinal)
                .Replace("[", "`[", StringComparison.Ordinal).Replace("]", "`]", StringComparison.Ordinal);
}
