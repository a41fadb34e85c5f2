using System.Collections;
using System.Management.Automation;
using VtPS.Engine.Backups;
using VtPS.Engine.Stores;

namespace VtPS.Completers;

/// <summary>Completes from the backups of a Store, the newest first; each text once.</summary>
public abstract class BackupCompleter : StoreCompleter
{
    private protected BackupCompleter()
    {
    }

    /// <summary>The texts that a backup offers, each with its tooltip.</summary>
    private protected abstract IEnumerable<(string Text, string Tooltip)> Texts(VtBackup backup);

    /// <inheritdoc/>
    private protected override async Task<List<CompletionResult>> CompleteAsync(
        StoreSession session, string word, IDictionary boundParameters, CancellationToken cancellationToken)
    {
        List<VtBackup> backups = [];
        await foreach (VtBackup backup in BackupCatalog.ListAsync(session, new BackupFilter(), static _ => { }, cancellationToken).ConfigureAwait(false))
        {
            backups.Add(backup);
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        List<CompletionResult> results = [];
        for (int i = backups.Count - 1; i >= 0; i--)
        {
            foreach ((string text, string tooltip) in Texts(backups[i]))
            {
                if (text.Length > 0 && Begins(text, word) && seen.Add(text))
                {
                    results.Add(Result(text, tooltip));
                }
            }
        }

        return results;
    }
}
