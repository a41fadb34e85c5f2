using System.Text;

namespace VtPS.Cli.Output;

/// <summary>A small table of text with aligned columns.</summary>
internal sealed class TextTable
{
    private readonly List<string[]> _rows = [];
    private readonly bool[] _right;

    /// <summary>Begins a table.</summary>
    /// <param name="headings">The headings; one that begins with <c>&gt;</c> aligns its column to the right.</param>
    public TextTable(params string[] headings)
    {
        _right = Array.ConvertAll(headings, static heading => heading.StartsWith('>'));
        _rows.Add(Array.ConvertAll(headings, static heading => heading.TrimStart('>')));
    }

    /// <summary>How many rows there are without the headings.</summary>
    public int Count => _rows.Count - 1;

    /// <summary>Adds a row of as many cells as there are headings.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes the table; nothing where it has no rows.</summary>
    public void WriteTo(OutputWriter output)
    {
        if (Count == 0)
        {
            return;
        }

        int[] widths = new int[_right.Length];
        foreach (string[] row in _rows)
        {
            for (int i = 0; i < widths.Length; i++)
            {
                widths[i] = Math.Max(widths[i], row[i].Length);
            }
        }

        StringBuilder line = new();
        foreach (string[] row in _rows)
        {
            line.Clear();
            for (int i = 0; i < widths.Length; i++)
            {
                line.Append(_right[i] ? row[i].PadLeft(widths[i]) : row[i].PadRight(widths[i])).Append("  ");
            }

            output.Line(line.ToString().TrimEnd());
        }
    }
}
