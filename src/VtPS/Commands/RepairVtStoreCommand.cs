using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Stores;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>Repairs a Store: reads its index anew, saves what can be read of damaged data files. Destroys nothing.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "VtStore", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VtTestResult))]
public sealed class RepairVtStoreCommand : VtStoreCommand
{
    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The Store: a path, a URI, a registered name or what Get-VtStore returns. Without it, that of $env:VT_STORE.")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    public override VtStoreReference? Store { get; set; }

    /// <summary>Whether to rebuild the index.</summary>
    [Parameter(HelpMessage = "Delete this machine's index cache of the Store and read it anew from the data files.")]
    public SwitchParameter RebuildIndex { get; set; }

    /// <summary>Whether to salvage.</summary>
    [Parameter(HelpMessage = "Read all data; save what can be read of damaged data files into new ones, and set the originals aside in damaged/.")]
    public SwitchParameter Salvage { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!RebuildIndex && !Salvage)
        {
            Fail(new VtException(VtErrorId.InvalidArgument, "Nothing was said to be repaired. Use -RebuildIndex, -Salvage, or both; Test-VtStore -Data tells what is damaged.", MyInvocation.MyCommand.Name));
        }

        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        StoreSession session = OpenStore();
        if (RebuildIndex && ShouldProcess($"Store '{session.Info.Path}'", "Read the index anew from the data files"))
        {
            WriteObject(Await(token => RepairOperation.RebuildIndexAsync(session, token)));
        }

        if (Salvage)
        {
            CommandObserver observer = Observe(wantsItems: false);
            RepairPlan? plan = null;
            Run(async token => plan = await RepairOperation.PlanAsync(session, observer, token).ConfigureAwait(false));
            if (!plan!.IsEmpty && ShouldProcess($"Store '{session.Info.Path}'", $"Save what can be read of {plan.DataFiles.Count} damaged data files and {plan.Trash.Count + plan.Amendments.Count} other objects, and set the originals aside in damaged/"))
            {
                IReadOnlyList<VtTestResult> results = [];
                Run(async token => results = await RepairOperation.SalvageAsync(session, plan, observer, token).ConfigureAwait(false));
                WriteObject(results, enumerateCollection: true);
            }

            observer.EndProgress();
        }
    }
}
