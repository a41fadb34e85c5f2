namespace VtPS.Completers;

/// <summary>Completes the hosts that a Store has backups of.</summary>
public sealed class HostNameCompleter : BackupCompleter
{
    /// <inheritdoc/>
    private protected override IEnumerable<(string Text, string Tooltip)> Texts(VtBackup backup) => [(backup.HostName, string.Empty)];
}
