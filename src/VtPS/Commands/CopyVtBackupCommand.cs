using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Copies;
using VtPS.Engine.Stores;
using VtPS.Loading;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>
/// Copies backups to another Store: what that lacks is sent, and nothing else. What is piped in is gathered and copied at the end, in one run for each Store.
/// </summary>
[Cmdlet(VerbsCommon.Copy, "VtBackup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VtBackup))]
public sealed class CopyVtBackupCommand : VtStoreCommand
{
    private readonly List<CopyGroup> _groups = [];
    private Task<StoreSession>? _opening;
    private StoreSession? _destination;
    private TerminationGuard? _guard;

    /// <summary>The backup.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = "The backup to copy: its id, a unique prefix, 'latest' or what Get-VtBackup returns.")]
    [Alias("Id")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public VtBackupReference? Backup { get; set; }

    /// <summary>The other Store.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "The Store to copy to: a path, a registered name or what Get-VtStore returns. It must name blocks by the same hash function.")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    public VtStoreReference? DestinationStore { get; set; }

    /// <summary>Whether to move.</summary>
    [Parameter(HelpMessage = "Remove each backup from its Store once the other Store has it for good. A pinned one stays.")]
    public SwitchParameter Move { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // Both Stores at once: to connect, or to derive a key from a password, takes up to a second.
        StoreAddress address = Address(DestinationStore!);
        CancellationToken stop = StopToken;
        Task<StoreSession> opening = Task.Run(() => StoreSession.OpenAsync(address, BlockIndexFactory.Create(), stop), CancellationToken.None);
        _opening = opening;
        base.BeginProcessing();
        _destination = Await(_ => opening);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (OpenBackup(Backup!) is not (StoreSession session, VtBackup backup))
        {
            return;
        }

        // Whoever pipes all that there is does not mean what a stopped run left.
        if (backup.Status == VtBackupStatus.Interrupted && MyInvocation.ExpectingInput && Backup!.StoreLocation is not null)
        {
            WriteWarning($"Backup {backup.Id} is Interrupted and is not copied. To copy it all the same, give its id.");
            return;
        }

        CopyGroup? group = _groups.Find(known => known.StoreId == session.Info.StoreId && known.Address.Location == session.Info.Path);
        if (group is null)
        {
            group = new CopyGroup(session.Address, session.Info.StoreId);
            _groups.Add(group);
        }

        group.Add(backup);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (CopyGroup group in _groups)
        {
            Copy(Open(group.Address), group.Backups);
        }
    }

    /// <inheritdoc/>
    private protected override async ValueTask ReleaseAsync()
    {
        if (_opening is { } opening)
        {
            _opening = null;
            await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (opening.IsCompletedSuccessfully)
            {
                await opening.Result.DisposeAsync().ConfigureAwait(false);
            }
        }

        await base.ReleaseAsync().ConfigureAwait(false);

        // Last: a signal that came takes its course once everything is brought to its end.
        _guard?.Dispose();
        _guard = null;
    }

    private void Copy(StoreSession source, IReadOnlyList<VtBackup> backups)
    {
        CopyBackupRequest request = new() { Backups = backups, Move = Move };
        List<(VtBackup Backup, string Action)> steps = [];
        if (WantsPlan())
        {
            List<CopyPlan> plans = [];
            CommandObserver planning = Observe(wantsItems: false);
            Run(async token => plans = await CopyBackupOperation.PlanAsync(source, _destination!, request, planning, token).ConfigureAwait(false));
            steps.AddRange(plans.Select(plan => (plan.Backup, PlanText.Of(plan, _destination!.Info.Path, Move))));
        }
        else
        {
            steps.AddRange(backups.Select(backup => (backup, $"{(Move ? "Move" : "Copy")} to '{_destination!.Info.Path}'")));
        }

        List<VtBackup> agreed = [];
        foreach ((VtBackup backup, string action) in steps)
        {
            if (ShouldProcess($"Backup {backup.Id} of {backup.EndTime:g}, {backup.HostName} '{backup.Subset}', in '{source.Info.Path}'", action))
            {
                agreed.Add(backup);
            }
        }

        if (agreed.Count == 0)
        {
            return;
        }

        _guard ??= new TerminationGuard(StopProcessing);
        CommandObserver observer = Observe(wantsItems: false);
        Run(token => CopyBackupOperation.RunAsync(source, _destination!, request with { Backups = agreed, OnCopied = copied => Post(() => Write(copied)) }, observer, token));
        observer.EndProgress();
    }

    private void Write(CopiedBackup copied)
    {
        if (copied.Existing)
        {
            WriteVerbose($"Backup {copied.Backup.Id} was in '{copied.Backup.Store}' already, with all that it needs.");
        }

        WriteObject(copied.Backup);
    }
}
