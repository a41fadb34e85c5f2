using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using VtPS.Engine.Stores;

namespace VtPS.Completers;

/// <summary>Offers the registered names of Stores; for <c>-Store</c>, where none fits, files and folders as PowerShell offers them.</summary>
public sealed class StoreNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        RegisteredNames.Complete(wordToComplete, parameterName == "Store", () => StoreRegistry.ForUser().List().Select(static store => (store.Name, store.Path)));
}
