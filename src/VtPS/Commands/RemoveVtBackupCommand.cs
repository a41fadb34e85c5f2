using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Backups;
using VtPS.Engine.Stores;

namespace VtPS.Commands;

/// <summary>Removes backups: those given, or those that a policy does not keep. Their space is freed by Optimize-VtStore.</summary>
[Cmdlet(VerbsCommon.Remove, "VtBackup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = BackupSet)]
[OutputType(typeof(VtRetentionResult))]
public sealed class RemoveVtBackupCommand : VtStoreCommand
{
    private const string BackupSet = "Backup";
    private const string PolicySet = "Policy";

    /// <summary>The backup.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = BackupSet, HelpMessage = "The backup to remove: its id, a unique prefix, 'latest' or what Get-VtBackup returns.")]
    [Alias("Id")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public VtBackupReference? Backup { get; set; }

    /// <summary>How many of the newest to keep.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "Keep the newest so many of each group.")]
    [ValidateRange(0, int.MaxValue)]
    public int? KeepLast { get; set; }

    /// <summary>How many hours to keep.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "Keep the newest of each of the last so many hours that have a backup.")]
    [ValidateRange(0, int.MaxValue)]
    public int? KeepHourly { get; set; }

    /// <summary>How many days to keep.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "Keep the newest of each of the last so many days that have a backup.")]
    [ValidateRange(0, int.MaxValue)]
    public int? KeepDaily { get; set; }

    /// <summary>How many weeks to keep.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "Keep the newest of each of the last so many weeks (from Monday on, as in ISO 8601) that have a backup.")]
    [ValidateRange(0, int.MaxValue)]
    public int? KeepWeekly { get; set; }

    /// <summary>How many months to keep.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "Keep the newest of each of the last so many months that have a backup.")]
    [ValidateRange(0, int.MaxValue)]
    public int? KeepMonthly { get; set; }

    /// <summary>How many years to keep.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "Keep the newest of each of the last so many years that have a backup.")]
    [ValidateRange(0, int.MaxValue)]
    public int? KeepYearly { get; set; }

    /// <summary>Tags to keep.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "Keep what has one of these tags; wildcards are allowed.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TagCompleter))]
    public string[]? KeepTag { get; set; }

    /// <summary>How young is kept.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "Keep what ended less than this long ago: 36h, 30d, 8w, 6m (months), 1y, or a time span.")]
    [ValidateNotNull]
    public VtAge? KeepWithin { get; set; }

    /// <summary>How old must be what is removed.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "Remove only what ended longer ago than this: 36h, 30d, 8w, 6m (months), 1y, or a time span. Alone, everything older is removed.")]
    [ValidateNotNull]
    public VtAge? OlderThan { get; set; }

    /// <summary>What groups are.</summary>
    [Parameter(ParameterSetName = PolicySet, HelpMessage = "What tells groups apart, each of which is thinned out on its own: HostName and Subset unless you say otherwise; None takes all backups together.")]
    [ValidateNotNullOrEmpty]
    public VtBackupGrouping[] GroupBy { get; set; } = [VtBackupGrouping.HostName, VtBackupGrouping.Subset];

    /// <summary>Whether to write rows.</summary>
    [Parameter(HelpMessage = "Write a row for each backup, kept or removed, with the reason. -WhatIf writes them, too.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == BackupSet)
        {
            RemoveOne();
        }
        else
        {
            RemoveByPolicy();
        }
    }

    private void RemoveOne()
    {
        StoreSession session = OpenStoreOf(Backup!.StoreLocation, Backup.StoreId, Backup);

        // The pin of an object from the pipeline may be an old one: the Store is asked.
        if (AwaitItem(token => RemovableBackup.FindAsync(session, Backup.Id, token), Backup.Id) is not { } found)
        {
            return;
        }

        if (found.Backup is { Pinned: true })
        {
            WriteError(Pipeline.ErrorRecords.From(new VtException(VtErrorId.InvalidArgument, $"Backup {found.Id} in '{session.Info.Path}' is pinned and was not removed. Unpin it first: Set-VtBackup -Unpin.", found.Id)));
            return;
        }

        string[] reason = ["named"];
        if (!ShouldProcess(Target(session, found.Id, found.Backup), $"Remove (what it alone stands on is freed by Optimize-VtStore)"))
        {
            if (IsWhatIf())
            {
                WriteObject(found.ToResult(session.Info, reason));
            }

            return;
        }

        Await(async token =>
        {
            await RemoveBackupOperation.RunAsync(session, [found.Id], token).ConfigureAwait(false);
            return true;
        });
        if (PassThru)
        {
            WriteObject(found.ToResult(session.Info, reason));
        }
    }

    private void RemoveByPolicy()
    {
        RetentionPolicy policy = new()
        {
            KeepLast = KeepLast,
            KeepHourly = KeepHourly,
            KeepDaily = KeepDaily,
            KeepWeekly = KeepWeekly,
            KeepMonthly = KeepMonthly,
            KeepYearly = KeepYearly,
            KeepTags = KeepTag ?? [],
            KeepWithin = KeepWithin,
            OlderThan = OlderThan,
            GroupBy = GroupBy,
        };
        StoreSession session = OpenStore();
        List<VtException> damaged = [];
        List<RetentionVerdict> verdicts = Await(token => RetentionOperation.PlanAsync(session, policy, damaged.Add, token));
        foreach (VtException exception in damaged)
        {
            WriteError(Pipeline.ErrorRecords.From(exception));
        }

        List<string> going = [];
        bool isWhatIf = IsWhatIf();
        foreach (RetentionVerdict verdict in verdicts)
        {
            bool remove = !verdict.Keep && ShouldProcess(Target(session, verdict.Backup.Id, verdict.Backup), $"Remove ({string.Join(", ", verdict.Reasons)})");
            if (remove)
            {
                going.Add(verdict.Backup.Id);
            }

            if (isWhatIf)
            {
                WriteObject(verdict.ToResult());
            }
        }

        if (going.Count > 0)
        {
            Await(async token =>
            {
                await RemoveBackupOperation.RunAsync(session, going, token).ConfigureAwait(false);
                return true;
            });
        }

        if (PassThru && !isWhatIf)
        {
            HashSet<string> gone = [.. going];
            foreach (RetentionVerdict verdict in verdicts)
            {
                // What was declined stays.
                WriteObject((verdict.Keep || gone.Contains(verdict.Backup.Id) ? verdict : verdict with { Keep = true, Reasons = ["declined"] }).ToResult());
            }
        }
    }

    private static string Target(StoreSession session, string id, VtBackup? backup) => backup is null
        ? $"Backup {id}, whose record is damaged, in '{session.Info.Path}'"
        : $"Backup {id} of {backup.EndTime:g}, {backup.HostName} '{backup.Subset}', in '{session.Info.Path}'";
}
