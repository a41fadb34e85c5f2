namespace VtPS.Completers;

/// <summary>Completes the tags that backups of a Store have.</summary>
public sealed class TagCompleter : BackupCompleter
{
    /// <inheritdoc/>
    private protected override IEnumerable<(string Text, string Tooltip)> Texts(VtBackup backup)
    {
        foreach (string tag in backup.Tag)
        {
            yield return (tag, string.Empty);
        }
    }
}
