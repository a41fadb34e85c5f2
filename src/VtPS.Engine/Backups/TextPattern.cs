using System.Text;
using System.Text.RegularExpressions;

namespace VtPS.Engine.Backups;

/// <summary>Wildcard patterns for names of hosts, subsets and tags: <c>*</c>, <c>?</c> and <c>[a-z]</c>, without regard to case.</summary>
internal static class TextPattern
{
    /// <summary>Whether the whole value fits the pattern.</summary>
    public static bool Matches(string pattern, string value)
    {
        if (pattern.AsSpan().IndexOfAny('*', '?', '[') < 0)
        {
            return pattern.Equals(value, StringComparison.OrdinalIgnoreCase);
        }

        StringBuilder regex = new("^");
        for (int i = 0; i < pattern.Length; i++)
        {
            int end = pattern[i] == '[' ? pattern.IndexOf(']', i + 1) : -1;
            if (end > i + 1)
            {
                regex.Append('[').Append(pattern[(i + 1)..end].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal).Replace("^", "\\^", StringComparison.Ordinal)).Append(']');
                i = end;
            }
            else
            {
                regex.Append(pattern[i] switch { '*' => ".*", '?' => ".", char c => Regex.Escape(c.ToString()) });
            }
        }

        return Regex.IsMatch(value, regex.Append('$').ToString(), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline, TimeSpan.FromSeconds(1));
    }
}
