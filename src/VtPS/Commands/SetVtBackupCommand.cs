using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Backups;
using VtPS.Engine.Stores;

namespace VtPS.Commands;

/// <summary>Changes a backup's tags, comment or pin; what it holds never changes.</summary>
[Cmdlet(VerbsCommon.Set, "VtBackup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VtBackup))]
public sealed class SetVtBackupCommand : VtStoreCommand
{
    /// <summary>The backup.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = "The backup: its id, a unique prefix, 'latest' or what Get-VtBackup returns.")]
    [Alias("Id")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public VtBackupReference? Backup { get; set; }

    /// <summary>The tags.</summary>
    [Parameter(HelpMessage = "The tags, in place of all that the backup has; an empty array removes them all.")]
    [AllowEmptyCollection]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <summary>Tags to add.</summary>
    [Parameter(HelpMessage = "Tags to add to those that the backup has.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? AddTag { get; set; }

    /// <summary>Tags to remove.</summary>
    [Parameter(HelpMessage = "Tags to remove from those that the backup has.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? RemoveTag { get; set; }

    /// <summary>The comment.</summary>
    [Parameter(HelpMessage = "The comment, in place of the one that the backup has; an empty text removes it.")]
    [AllowEmptyString]
    [ValidateNotNull]
    public string? Comment { get; set; }

    /// <summary>Whether to pin.</summary>
    [Parameter(HelpMessage = "Pin the backup: retention leaves it alone.")]
    public SwitchParameter Pin { get; set; }

    /// <summary>Whether to unpin.</summary>
    [Parameter(HelpMessage = "Unpin the backup: retention may remove it.")]
    public SwitchParameter Unpin { get; set; }

    /// <summary>Whether to write the backup out.</summary>
    [Parameter(HelpMessage = "Write the backup out as it then stands.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Pin && Unpin)
        {
            Fail(new VtException(VtErrorId.InvalidArgument, "-Pin and -Unpin were both given. Use one of them.", nameof(Unpin)));
        }

        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (OpenBackup(Backup!) is not (StoreSession session, VtBackup backup))
        {
            return;
        }

        AmendBackupRequest request = new()
        {
            BackupId = backup.Id,
            Tags = Tag,
            AddTags = AddTag ?? [],
            RemoveTags = RemoveTag ?? [],
            Comment = Comment,
            Pinned = Pin ? true : Unpin ? false : null,
        };
        if (ShouldProcess($"Backup {backup.Id} in '{session.Info.Path}'", Action())
            && AwaitItem(token => AmendBackupOperation.RunAsync(session, request, token), backup.Id) is { } amended
            && PassThru)
        {
            WriteObject(amended);
        }
    }

    private string Action()
    {
        List<string> changes = [];
        if (Tag is not null)
        {
            changes.Add($"set the tags to ({string.Join(", ", Tag)})");
        }

        if (AddTag is not null)
        {
            changes.Add($"add the tags ({string.Join(", ", AddTag)})");
        }

        if (RemoveTag is not null)
        {
            changes.Add($"remove the tags ({string.Join(", ", RemoveTag)})");
        }

        if (Comment is not null)
        {
            changes.Add(Comment.Length == 0 ? "remove the comment" : "set the comment");
        }

        if (Pin || Unpin)
        {
            changes.Add(Pin ? "pin it" : "unpin it");
        }

        return changes.Count == 0 ? "Change nothing" : "Amend: " + string.Join(", ", changes);
    }
}
