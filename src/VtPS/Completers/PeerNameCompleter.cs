using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using VtPS.Engine.Sync;

namespace VtPS.Completers;

/// <summary>Offers the registered names of peers; for <c>-Peer</c>, where none fits, files and folders as PowerShell offers them.</summary>
public sealed class PeerNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        RegisteredNames.Complete(wordToComplete, parameterName == "Peer", () => PeerRegistry.ForUser().List().Select(static peer => (peer.Name, peer.Uri)));
}
