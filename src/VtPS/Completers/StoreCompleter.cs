using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using VtPS.Engine.Stores;
using VtPS.Loading;

namespace VtPS.Completers;

/// <summary>
/// Completes from a Store: opens the one that <c>-Store</c> or <c>VT_STORE</c> names and looks for at most 300 milliseconds.
/// Never throws, asks nothing, and looks in local Stores only.
/// </summary>
public abstract class StoreCompleter : IArgumentCompleter
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private protected StoreCompleter()
    {
    }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            string word = Unquote(wordToComplete);
            StoreAddress? address = Address(fakeBoundParameters);
            if (address is null || address.IsRemote)
            {
                return [];
            }

            using CancellationTokenSource stop = new(Patience);
            Task<List<CompletionResult>> task = Task.Run(() => CompleteAsync(address, word, fakeBoundParameters, stop.Token), stop.Token);
            return task.Wait(Patience) ? task.Result : [];
        }
        catch (Exception)
        {
            // A completion that fails is no completion: the user is still typing.
            return [];
        }
    }

    /// <summary>The results for a word, from an open Store.</summary>
    private protected abstract Task<List<CompletionResult>> CompleteAsync(
        StoreSession session, string word, IDictionary boundParameters, CancellationToken cancellationToken);

    /// <summary>A result that is quoted where it must be.</summary>
    private protected static CompletionResult Result(string text, string tooltip) =>
        new(Quote(text), text, CompletionResultType.ParameterValue, tooltip.Length == 0 ? text : tooltip);

    /// <summary>Whether a text begins with the word, without regard to case.</summary>
    private protected static bool Begins(string text, string word) => text.StartsWith(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>The text as a command line takes it: in quotes where it has characters that mean something there.</summary>
    internal static string Quote(string text)
    {
        foreach (char c in text)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('-' or '_' or '.' or '/' or '\\' or ':' or '+' or '='))
            {
                return "'" + CodeGeneration.EscapeSingleQuotedStringContent(text) + "'";
            }
        }

        return text.Length == 0 || text[0] == '-' ? "'" + text + "'" : text;
    }

    /// <summary>The word without the quotes that the user began it with.</summary>
    internal static string Unquote(string? word)
    {
        string text = word ?? string.Empty;
        return text.Length > 0 && text[0] is '\'' or '"'
            ? text.Trim(text[0]).Replace("''", "'", StringComparison.Ordinal)
            : text;
    }

    private static StoreAddress? Address(IDictionary boundParameters)
    {
        object? value = boundParameters["Store"] ?? StoreOf(boundParameters["Backup"]);
        VtStoreReference? reference = (value is PSObject wrapped ? wrapped.BaseObject : value) switch
        {
            VtStore store => new VtStoreReference(store),
            VtStoreReference given => given,
            string text when text.Length > 0 => new VtStoreReference(text),
            PSCustomObject => new VtStoreReference((PSObject)value!),
            _ => null,
        };
        if (reference?.Location is { } location)
        {
            return new StoreAddress(location)
            {
                // With no keys the Store is opened only if it is plain: trying a password takes longer than a completion may.
                Credentials = reference.Keys is { } keys ? new StoreCredentials { Ring = keys } : null,
            };
        }

        string? word = reference?.Text ?? Environment.GetEnvironmentVariable("VT_STORE");
        return string.IsNullOrEmpty(word)
            ? null
            : StoreRegistry.ForUser().Resolve(word, Location());
    }

    // The runspace is busy with this very completion, so only a command that runs inside of it may ask.
    private static string Location()
    {
        using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        return shell.AddCommand("Microsoft.PowerShell.Management\\Get-Location").AddParameter("PSProvider", "FileSystem").Invoke<PathInfo>()[0].ProviderPath;
    }

    private static object? StoreOf(object? backup) => (backup is PSObject wrapped ? wrapped.BaseObject : backup) is VtBackup live ? (object?)live.Origin ?? live.Store : null;

    private async Task<List<CompletionResult>> CompleteAsync(
        StoreAddress address, string word, IDictionary boundParameters, CancellationToken cancellationToken)
    {
        await using StoreSession session = await StoreSession.OpenAsync(address, BlockIndexFactory.Create(), cancellationToken).ConfigureAwait(false);
        return await CompleteAsync(session, word, boundParameters, cancellationToken).ConfigureAwait(false);
    }
}
