using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Backups;
using VtPS.Engine.Stores;

namespace VtPS.Commands;

/// <summary>Lists the backups of a Store, oldest first, or finds some by id.</summary>
[Cmdlet(VerbsCommon.Get, "VtBackup")]
[OutputType(typeof(VtBackup))]
public sealed class GetVtBackupCommand : VtStoreCommand
{
    /// <summary>Ids.</summary>
    [Parameter(Position = 0, HelpMessage = "Ids, unique prefixes of ids, or 'latest': the newest backup that is not Interrupted among what the other filters leave.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public string[]? Id { get; set; }

    /// <inheritdoc/>
    [Parameter(ValueFromPipeline = true, HelpMessage = "The Store: a path, a URI, a registered name or what Get-VtStore returns. Without it, that of $env:VT_STORE.")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    public override VtStoreReference? Store { get; set; }

    /// <summary>The subset.</summary>
    [Parameter(HelpMessage = "Only backups of this subset; wildcards are allowed, case does not count.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SubsetCompleter))]
    public string? Subset { get; set; }

    /// <summary>Tags.</summary>
    [Parameter(HelpMessage = "Only backups that have one of these tags; wildcards are allowed, case does not count.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? Tag { get; set; }

    /// <summary>The host.</summary>
    [Parameter(HelpMessage = "Only backups of this host; wildcards are allowed, case does not count.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostNameCompleter))]
    public string? HostName { get; set; }

    /// <summary>A source path.</summary>
    [Parameter(HelpMessage = "Only backups with a source path that is this one, or lies above or below it.")]
    [ValidateNotNullOrEmpty]
    public string? SourcePath { get; set; }

    /// <summary>From when on.</summary>
    [Parameter(HelpMessage = "Only backups begun at this time or later.")]
    public DateTime Since { get; set; }

    /// <summary>Until when.</summary>
    [Parameter(HelpMessage = "Only backups begun before this time.")]
    public DateTime Before { get; set; }

    /// <summary>How many.</summary>
    [Parameter(HelpMessage = "Only the newest so many of what the other filters leave; they still come oldest first.")]
    [ValidateRange(1, int.MaxValue)]
    public int Last { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        StoreSession session = OpenStore();
        BackupFilter filter = Filter();
        if (Id is null)
        {
            StreamBackups(session, filter, WriteObject);
            return;
        }

        foreach (string id in Id)
        {
            if (AwaitItem(token => BackupCatalog.ResolveAsync(session, id, filter, token), id) is { } backup)
            {
                WriteObject(backup);
            }
        }
    }

    private BackupFilter Filter() => new()
    {
        Subset = Subset is null ? [] : [Subset],
        Tag = Tag ?? [],
        HostName = HostName is null ? [] : [HostName],
        SourcePath = SourcePath is null ? null : Paths.Resolve(SourcePath),
        Since = MyInvocation.BoundParameters.ContainsKey(nameof(Since)) ? Since : null,
        Before = MyInvocation.BoundParameters.ContainsKey(nameof(Before)) ? Before : null,
        Last = MyInvocation.BoundParameters.ContainsKey(nameof(Last)) ? Last : null,
    };
}
