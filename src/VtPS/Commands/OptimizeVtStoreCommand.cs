using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Stores;
using VtPS.Loading;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>Frees the space of what no backup needs, while backups and restores go on.</summary>
[Cmdlet(VerbsCommon.Optimize, "VtStore", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VtOptimizeResult))]
public sealed class OptimizeVtStoreCommand : VtStoreCommand
{
    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The Store: a path, a URI, a registered name or what Get-VtStore returns. Without it, that of $env:VT_STORE.")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    public override VtStoreReference? Store { get; set; }

    /// <summary>How much of a data file may be unneeded.</summary>
    [Parameter(HelpMessage = "How much of a data file may be unneeded before it is rewritten, in percent; 5 unless you say otherwise. 0 frees the most and writes the most, 100 deletes only files of which nothing is needed.")]
    [ValidateRange(0.0, 100.0)]
    public double MaximumUnusedPercent { get; set; } = 5;

    /// <summary>How much is rewritten.</summary>
    [Parameter(HelpMessage = "The most bytes of data files that are rewritten in one pass, such as 10GB; without it there is no limit.")]
    [ValidateRange(0L, long.MaxValue)]
    public long? MaximumRepack { get; set; }

    /// <summary>How long a silent writer is believed.</summary>
    [Parameter(HelpMessage = "How long a writer on another machine may give no sign of life before it is taken for dead; 30 minutes unless you say otherwise.")]
    public TimeSpan GracePeriod { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether to rewrite what is sealed under an older key.</summary>
    [Parameter(HelpMessage = "Rewrite, too, what is sealed under an older key than that of the last Update-VtKey. Can be stopped and run again; RekeyFinished tells when nothing is left.")]
    public SwitchParameter Rekey { get; set; }

    /// <summary>Whether to go on without backups.</summary>
    [Parameter(HelpMessage = "Go on where the Store has data and no backup at all: everything is then deleted.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (GracePeriod <= TimeSpan.Zero)
        {
            Fail(new VtException(VtErrorId.InvalidArgument, $"A grace period of {GracePeriod} would take every running writer for dead. Give a time above 0.", GracePeriod));
        }

        StoreSession session = OpenStore();
        OptimizeRequest request = new() { MaximumUnusedPercent = MaximumUnusedPercent, MaximumRepack = MaximumRepack, GracePeriod = GracePeriod, Rekey = Rekey, Force = Force };
        VtOptimizeResult? plan = WantsPlan() ? Optimize(session, request with { DryRun = true }) : null;
        string action = plan is null
            ? "Free what no backup needs"
            : $"Free what no backup needs: delete {plan.DataFilesDeleted} data files ({VtFormat.Size(plan.BytesDeleted)}) and give up {plan.DataFilesGivenUp} ({VtFormat.Size(plan.BytesGivenUp)})";
        if (ShouldProcess($"Store '{session.Info.Path}'", action))
        {
            WriteObject(Optimize(session, request));
        }
        else if (plan is not null && IsWhatIf())
        {
            WriteObject(plan);
        }
    }

    private VtOptimizeResult Optimize(StoreSession session, OptimizeRequest request)
    {
        CommandObserver observer = Observe(wantsItems: false);
        LeaseMemory memory = BlockIndexFactory.Create().OpenLeaseMemory(session.Info.StoreId);
        VtOptimizeResult? result = null;
        Run(async token => result = await OptimizeOperation.RunAsync(session, request, memory, observer, token).ConfigureAwait(false));
        observer.EndProgress();
        return result!;
    }
}
