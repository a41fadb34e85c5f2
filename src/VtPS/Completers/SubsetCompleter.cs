namespace VtPS.Completers;

/// <summary>Completes the subsets that a Store has backups of.</summary>
public sealed class SubsetCompleter : BackupCompleter
{
    /// <inheritdoc/>
    private protected override IEnumerable<(string Text, string Tooltip)> Texts(VtBackup backup) =>
        [(backup.Subset, $"{backup.Subset}, of host {backup.HostName}")];
}
