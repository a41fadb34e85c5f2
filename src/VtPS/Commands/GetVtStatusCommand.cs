using System.Management.Automation;
using VtPS.Engine.Sync;

namespace VtPS.Commands;

/// <summary>Tells how a synced tree stands, and how far a sync of it that runs elsewhere is.</summary>
[Cmdlet(VerbsCommon.Get, "VtStatus")]
[OutputType(typeof(VtStatus))]
public sealed class GetVtStatusCommand : VtTreeCommand
{
    /// <summary>How many merges.</summary>
    [Parameter(HelpMessage = "How many of the last things that syncs did to the tree are named.")]
    [ValidateRange(0, 1000)]
    public int Last { get; set; } = StatusFile.MergesShown;

    /// <inheritdoc/>
    private protected override void Tell(TreeLocation place) => WriteObject(StatusFile.Read(place.Root, Last));
}
