using System.Text;
using VtPS.Engine.Rules;

namespace VtPS.Engine.Tests.Rules;

/// <summary>Asks the rules about a path as a walk would: directory by directory, ending at the first that is excluded.</summary>
internal static class RuleWalk
{
    /// <param name="scope">The rules at the root.</param>
    /// <param name="path">A path below the root; a directory's ends in <c>/</c>.</param>
    /// <param name="local">The ignore file of a directory, by its path with a <c>/</c> at its end; null for none.</param>
    public static bool IsExcluded(RuleScope scope, string path, Func<string, RuleSet?>? local = null)
    {
        bool isDirectory = path.EndsWith('/');
        string[] names = path.TrimEnd('/').Split('/');
        string above = string.Empty;
        for (int i = 0; i < names.Length; i++)
        {
            byte[] name = Encoding.UTF8.GetBytes(names[i]);
            if (scope.IsExcluded(name, isDirectory || i < names.Length - 1))
            {
                return true;
            }

            above += names[i] + "/";
            if (i < names.Length - 1)
            {
                scope = scope.Enter(name, local?.Invoke(above));
            }
        }

        return false;
    }
}
