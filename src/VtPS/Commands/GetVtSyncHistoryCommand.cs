using System.Management.Automation;
using VtPS.Engine.Sync;

namespace VtPS.Commands;

/// <summary>Lists what happened in a synced tree, oldest first: changes that scans found in it, and what syncs did to it.</summary>
[Cmdlet(VerbsCommon.Get, "VtSyncHistory")]
[OutputType(typeof(VtHistoryEntry))]
public sealed class GetVtSyncHistoryCommand : VtTreeCommand
{
    /// <summary>How many.</summary>
    [Parameter(HelpMessage = "Only the newest so many; they still come oldest first.")]
    [ValidateRange(1, int.MaxValue)]
    public int Last { get; set; }

    /// <inheritdoc/>
    private protected override void Tell(TreeLocation place)
    {
        foreach (VtHistoryEntry entry in SyncLog.Read(place.Root, MyInvocation.BoundParameters.ContainsKey(nameof(Last)) ? Last : null, place.Inside))
        {
            WriteObject(entry);
        }
    }
}
