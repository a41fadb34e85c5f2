using VtPS.Engine.Histories;
using VtPS.Engine.Rules;

namespace VtPS.Engine.Replicas;

/// <summary>Which paths of a tree take no part in syncs: the state folder, and what the user's rules and the root's <c>.vtignore</c> exclude. Safe for use by many threads.</summary>
internal sealed class TreeRules(RuleScope root)
{
    /// <summary>The file of rules in the root.</summary>
    public static byte[] FileName { get; } = ".vtignore"u8.ToArray();

    public RuleScope Root => root;

    /// <summary>Makes the rules.</summary>
    /// <param name="exclude">gitignore patterns, relative to the root; they come before those of the file.</param>
    /// <param name="file">The content of the root's file of rules; null where there is none.</param>
    public static TreeRules Create(IReadOnlyList<string> exclude, byte[]? file) =>
        new(RuleScope.Create(RuleSet.Parse(exclude, "-Exclude"), file is null ? null : RuleSet.Parse(file, ".vtignore")));

    /// <summary>Whether a path, or a folder on the way to it, takes no part.</summary>
    public bool IsExcluded(List<byte[]> path, bool isDirectory)
    {
        if (HistoryCodec.IsStateName(path[0]))
        {
            return true;
        }

        RuleScope scope = root;
        for (int i = 0; i < path.Count && !scope.IsEmpty; i++)
        {
            bool last = i == path.Count - 1;
            if (scope.IsExcluded(path[i], !last || isDirectory))
            {
                return true;
            }

            scope = last ? scope : scope.Enter(path[i], null);
        }

        return false;
    }
}
