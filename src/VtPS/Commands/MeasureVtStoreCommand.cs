using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Stores;

namespace VtPS.Commands;

/// <summary>Counts and sums what a Store holds.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "VtStore")]
[OutputType(typeof(VtStoreStatistics))]
public sealed class MeasureVtStoreCommand : VtStoreCommand
{
    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The Store: a path, a URI, a registered name or what Get-VtStore returns. Without it, that of $env:VT_STORE.")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    public override VtStoreReference? Store { get; set; }

    /// <summary>Whether to count blocks by length.</summary>
    [Parameter(HelpMessage = "Count the blocks by their length, too, in classes that begin at powers of two.")]
    public SwitchParameter Histogram { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        StoreSession session = OpenStore();
        WriteObject(Await(token => StoreMeasurement.RunAsync(session, Histogram, token)));
    }
}
