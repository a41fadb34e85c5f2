using System.Globalization;

namespace VtPS.Completers;

/// <summary>Completes the ids of backups, with date, subset and host in the tooltip.</summary>
public sealed class BackupIdCompleter : BackupCompleter
{
    /// <inheritdoc/>
    private protected override IEnumerable<(string Text, string Tooltip)> Texts(VtBackup backup) =>
        [(backup.Id, string.Create(CultureInfo.CurrentCulture, $"{backup.StartTime:g}, subset {backup.Subset}, host {backup.HostName}, {backup.Status}"))];
}
