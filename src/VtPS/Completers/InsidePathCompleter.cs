using System.Collections;
using System.Management.Automation;
using VtPS.Engine.Backups;
using VtPS.Engine.Listing;
using VtPS.Engine.Stores;

namespace VtPS.Completers;

/// <summary>Completes paths inside the backup that <c>-Backup</c> names, else the latest, name by name.</summary>
public sealed class InsidePathCompleter : StoreCompleter
{
    private const int MostResults = 1000;

    /// <inheritdoc/>
    private protected override async Task<List<CompletionResult>> CompleteAsync(
        StoreSession session, string word, IDictionary boundParameters, CancellationToken cancellationToken)
    {
        VtBackup backup = await BackupAsync(session, boundParameters["Backup"] ?? boundParameters["Id"], cancellationToken).ConfigureAwait(false);
        int slash = word.LastIndexOf('/');
        ItemListRequest request = new() { Backup = backup, Paths = slash <= 0 ? [] : [InsidePath.Escape(word[..slash])] };
        string name = word[(slash + 1)..];
        List<CompletionResult> results = [];
        await foreach (VtItem item in ItemListing.ListAsync(session, request, static _ => { }, cancellationToken).ConfigureAwait(false))
        {
            if (item.Name.StartsWith(name, StringComparison.Ordinal))
            {
                results.Add(Result(InsidePath.Escape(item.Path), $"{item.ItemType}, {VtFormat.Size(item.Length)}, {item.LastWriteTime:g}"));
            }

            if (results.Count == MostResults)
            {
                break;
            }
        }

        return results;
    }

    private static async Task<VtBackup> BackupAsync(StoreSession session, object? value, CancellationToken cancellationToken)
    {
        VtBackupReference reference = (value is PSObject wrapped ? wrapped.BaseObject : value) switch
        {
            VtBackup backup => new VtBackupReference(backup),
            VtBackupReference given => given,
            string text when text.Length > 0 => new VtBackupReference(text),
            PSCustomObject => new VtBackupReference((PSObject)value!),
            _ => new VtBackupReference("latest"),
        };
        return reference.Live ?? await BackupCatalog.ResolveAsync(session, reference.Id, new BackupFilter(), cancellationToken).ConfigureAwait(false);
    }
}
