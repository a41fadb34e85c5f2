using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Backups;
using VtPS.Engine.IO;
using VtPS.Engine.Restores;
using VtPS.Engine.Stores;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>
/// Restores backups, or parts of them, below a destination or to where they came from.
/// What is piped in is gathered and restored at the end, in one run for each Store.
/// </summary>
[Cmdlet(VerbsData.Restore, "VtItem", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, DefaultParameterSetName = BackupSet)]
[OutputType(typeof(VtRestoreResult))]
[OutputType(typeof(VtFileResult))]
public sealed class RestoreVtItemCommand : VtStoreCommand
{
    private const string BackupSet = "Backup";
    private const string ItemSet = "Item";

    private readonly List<RestoreGroup> _groups = [];
    private byte[]? _destination;

    /// <summary>The backup.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = BackupSet, HelpMessage = "The backup: its id, a unique prefix, 'latest' or what Get-VtBackup returns.")]
    [Alias("Id")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public VtBackupReference? Backup { get; set; }

    /// <summary>The items.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ItemSet, HelpMessage = "Items of backups, as Get-VtItem and Find-VtItem return them; a directory brings what lies below it.")]
    [ValidateNotNullOrEmpty]
    public VtItem[]? Item { get; set; }

    /// <summary>Where to.</summary>
    [Parameter(Position = 0, HelpMessage = "The folder to restore to, taken literally; it is made if it is not there. Every item keeps its path inside the backup below it.")]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>Whether to restore in place.</summary>
    [Parameter(HelpMessage = "Restore each item to where it was backed up from, in place of -Destination. A backup of another host needs -Force, too.")]
    public SwitchParameter InPlace { get; set; }

    /// <summary>Paths inside the backup.</summary>
    [Parameter(Position = 1, ParameterSetName = BackupSet, HelpMessage = "Paths inside the backup, with / between names; wildcards are allowed. Without it, all of it.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(InsidePathCompleter))]
    public string[]? Path { get; set; }

    /// <summary>Only what matches.</summary>
    [Parameter(HelpMessage = "Only files whose name, or path where the pattern has a /, matches one of these wildcard patterns.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Include { get; set; }

    /// <summary>What to leave out.</summary>
    [Parameter(HelpMessage = "Patterns of what to leave out, as in a .gitignore file.")]
    [ValidateNotNullOrEmpty]
    public string[]? Exclude { get; set; }

    /// <summary>Whether to replace.</summary>
    [Parameter(HelpMessage = "Replace what is there and differs.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Whether to remove extras.</summary>
    [Parameter(HelpMessage = "Remove what is in a restored directory and not in the backup.")]
    public SwitchParameter Delete { get; set; }

    /// <summary>A script block.</summary>
    [Parameter(HelpMessage = "A script block that gets each item's path below the destination, as $_ and as its argument, and returns the path to use instead, or nothing to leave the item out.")]
    [ValidateNotNull]
    public ScriptBlock? Rename { get; set; }

    /// <summary>How many names to drop.</summary>
    [Parameter(HelpMessage = "How many leading names of each path to drop; items with no more names are left out.")]
    [ValidateRange(0, int.MaxValue)]
    public int StripComponents { get; set; }

    /// <summary>Whether owners go by number.</summary>
    [Parameter(HelpMessage = "Restore owner and group by number alone, not by name where this machine knows the name.")]
    public SwitchParameter NumericId { get; set; }

    /// <summary>Whether to read back.</summary>
    [Parameter(HelpMessage = "Read every written file back and compare it.")]
    public SwitchParameter Verify { get; set; }

    /// <summary>What to do about damage.</summary>
    [Parameter(HelpMessage = "What to do with a file that has a missing or damaged block: Stop (the default), Zero (write zeros there) or Skip (leave the file out).")]
    [ValidateSet("Stop", "Zero", "Skip")]
    public string OnDamage { get; set; } = "Stop";

    /// <summary>Whether to write a row for each item.</summary>
    [Parameter(HelpMessage = "Write a row for each item in place of the summary.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Destination is null && !InPlace)
        {
            Fail(new VtException(VtErrorId.DestinationNotSpecified, "No destination was given. Use -Destination with a folder, or -InPlace to restore to where the backup came from.", MyInvocation.MyCommand.Name));
        }

        if (Destination is not null && InPlace)
        {
            Fail(new VtException(VtErrorId.DestinationConflict, $"-Destination '{Destination}' and -InPlace were both given. Use one of them.", Destination));
        }

        try
        {
            _destination = Destination is null ? null : FileSystem.Current.GetBytes(Paths.Resolve(Destination));
        }
        catch (VtException exception)
        {
            Fail(exception, Destination);
        }

        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == BackupSet)
        {
            if (OpenBackup(Backup!) is (StoreSession session, VtBackup backup))
            {
                Group(session).Add(backup, Path);
            }

            return;
        }

        foreach (VtItem item in Item!)
        {
            StoreSession session = OpenStoreOf(item.Store, storeId: null, item);
            RestoreGroup group = Group(session);
            VtBackup? backup = group.Find(item.BackupId) ?? OpenBackupOf(session, item);
            if (backup is not null)
            {
                group.Add(backup, item);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (RestoreGroup group in _groups)
        {
            Restore(group);
        }
    }

    private RestoreGroup Group(StoreSession session)
    {
        RestoreGroup? group = _groups.Find(known => known.StoreId == session.Info.StoreId && known.Address.Location == session.Info.Path);
        if (group is null)
        {
            group = new RestoreGroup(session.Address, session.Info.StoreId);
            _groups.Add(group);
        }

        return group;
    }

    private void Restore(RestoreGroup group)
    {
        StoreSession session = Open(group.Address);
        RestoreRequest request = new()
        {
            Selections = group.Selections(),
            Destination = _destination,
            Include = Include ?? [],
            Exclude = Exclude ?? [],
            Force = Force,
            Delete = Delete,
            Rename = Rename is null ? null : AskForName,
            StripComponents = StripComponents,
            NumericId = NumericId,
            Verify = Verify,
            OnDamage = Enum.Parse<OnDamage>(OnDamage, ignoreCase: true),
        };
        string action = $"Restore from backup {string.Join(", ", group.BackupIds)}";
        if (WantsPlan())
        {
            RestorePlan? plan = null;
            Run(async token => plan = await RestoreOperation.PlanAsync(session, request, token).ConfigureAwait(false));
            action = PlanText.Of(plan!, group.BackupIds);
        }

        if (!ShouldProcess(Destination is null ? "The places that the backup came from" : Paths.Resolve(Destination), action))
        {
            return;
        }

        VtRestoreResult? result = null;
        CommandObserver observer = Observe(PassThru);
        Run(async token => result = await RestoreOperation.RunAsync(session, request, observer, token).ConfigureAwait(false));
        observer.EndProgress();
        if (!PassThru)
        {
            WriteObject(result);
        }
    }

    // Called by the engine's threads: a script block runs on the pipeline thread alone.
    private string? AskForName(string path)
    {
        TaskCompletionSource<string?> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => answer.SetResult(NameOf(path)));
        return answer.Task.WaitAsync(StopToken).GetAwaiter().GetResult();
    }

    private string? NameOf(string path)
    {
        List<PSVariable> variables = [new PSVariable("_", path)];
        PSObject? last = Rename!.InvokeWithContext(null, variables, path).LastOrDefault();
        return last?.ToString();
    }
}
