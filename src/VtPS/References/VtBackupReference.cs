using System.Management.Automation;
using VtPS.References;

namespace VtPS;

/// <summary>
/// What <c>-Backup</c> takes: an id, a prefix of one or <c>latest</c>, a <see cref="VtBackup"/>, or one that was serialised and came back.
/// Making a reference touches no disk; the command that gets it looks the backup up.
/// </summary>
public sealed class VtBackupReference
{
    /// <summary>Refers to a backup by its id, a prefix of it, or <c>latest</c>.</summary>
    /// <param name="id">The id, prefix or word.</param>
    public VtBackupReference(string id)
    {
        if (string.IsNullOrWhiteSpace(id))
        {
            throw new PSArgumentException("A backup is given by its id, a prefix of it, or 'latest'; this text is empty.");
        }

        Id = id;
    }

    /// <summary>Refers to a backup that a command returned.</summary>
    /// <param name="backup">The backup.</param>
    public VtBackupReference(VtBackup backup)
    {
        ArgumentNullException.ThrowIfNull(backup);
        Id = backup.Id;
        StoreLocation = backup.Store;
        StoreId = backup.StoreId;
        Live = backup;
    }

    /// <summary>Refers to a backup that a command returned and that was serialised since.</summary>
    /// <param name="backup">An object whose type name ends in <c>VtPS.VtBackup</c>.</param>
    public VtBackupReference(PSObject backup)
    {
        ArgumentNullException.ThrowIfNull(backup);
        switch (backup.BaseObject)
        {
            case VtBackup live:
                Id = live.Id;
                StoreLocation = live.Store;
                StoreId = live.StoreId;
                Live = live;
                break;
            case string text when !string.IsNullOrWhiteSpace(text):
                Id = text;
                break;
            default:
                if (!ReferenceReader.IsOf(backup, "VtPS.VtBackup"))
                {
                    throw new PSArgumentException($"An object of type {backup.TypeNames.FirstOrDefault()} is not a backup. Give an id, a prefix of one, 'latest' or what Get-VtBackup returns.");
                }

                Id = ReferenceReader.RequiredText(backup, nameof(VtBackup.Id), nameof(VtBackup));
                StoreLocation = ReferenceReader.Text(backup, nameof(VtBackup.Store));
                StoreId = ReferenceReader.Text(backup, nameof(VtBackup.StoreId));
                break;
        }
    }

    /// <summary>The id, a prefix of it, or <c>latest</c>.</summary>
    internal string Id { get; }

    /// <summary>Where the object says its Store is; null for text.</summary>
    internal string? StoreLocation { get; }

    /// <summary>The id of that Store; null for text.</summary>
    internal string? StoreId { get; }

    /// <summary>The backup itself, where a live object was given.</summary>
    internal VtBackup? Live { get; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
