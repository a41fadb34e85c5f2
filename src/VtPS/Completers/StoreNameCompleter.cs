using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using VtPS.Engine.Stores;

namespace VtPS.Completers;

/// <summary>Completes the registered names of Stores; where none fits, files and folders as PowerShell offers them.</summary>
public sealed class StoreNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            string word = StoreCompleter.Unquote(wordToComplete);
            List<CompletionResult> results = [];
            foreach (RegisteredStore store in StoreRegistry.ForUser().List())
            {
                if (store.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                {
                    results.Add(new CompletionResult(StoreCompleter.Quote(store.Name), store.Name, CompletionResultType.ParameterValue, store.Path));
                }
            }

            return results.Count == 0 && parameterName == "Store" ? CompletionCompleters.CompleteFilename(wordToComplete) : results;
        }
        catch (Exception)
        {
            // A completion that fails is no completion: the user is still typing.
            return [];
        }
    }
}
