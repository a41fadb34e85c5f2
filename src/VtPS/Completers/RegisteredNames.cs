using System.Management.Automation;

namespace VtPS.Completers;

/// <summary>Completes registered names. Never throws.</summary>
internal static class RegisteredNames
{
    /// <summary>The names that begin as the word does, with their places as tooltips.</summary>
    /// <param name="wordToComplete">What the user has written of it.</param>
    /// <param name="orPath">Whether files and folders are offered where no name fits.</param>
    /// <param name="list">Reads the names and places.</param>
    public static IEnumerable<CompletionResult> Complete(string wordToComplete, bool orPath, Func<IEnumerable<(string Name, string Place)>> list)
    {
        try
        {
            string word = StoreCompleter.Unquote(wordToComplete);
            List<CompletionResult> results = [];
            foreach ((string name, string place) in list())
            {
                if (name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                {
                    results.Add(new CompletionResult(StoreCompleter.Quote(name), name, CompletionResultType.ParameterValue, place));
                }
            }

            return results.Count == 0 && orPath ? CompletionCompleters.CompleteFilename(wordToComplete) : results;
        }
        catch (Exception)
        {
            // A completion that fails is no completion: the user is still typing.
            return [];
        }
    }
}
