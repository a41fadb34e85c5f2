using System.Collections.Concurrent;
using System.Management.Automation;
using VtPS.Engine.Stores;
using VtPS.Engine.Sync;

namespace VtPS.Commands;

/// <summary>Lists what syncs replaced or deleted in a tree, oldest first. Restore-VtItem brings it back.</summary>
[Cmdlet(VerbsCommon.Get, "VtRevision")]
[OutputType(typeof(VtItem))]
public sealed class GetVtRevisionCommand : VtTreeCommand
{
    /// <summary>How many.</summary>
    [Parameter(HelpMessage = "Only the newest so many; they still come oldest first.")]
    [ValidateRange(1, int.MaxValue)]
    public int Last { get; set; }

    /// <inheritdoc/>
    private protected override void Tell(TreeLocation place)
    {
        if (RevisionStore.Find(place.Root) is { } address)
        {
            StoreSession session = Open(address);
            ConcurrentQueue<VtException> damaged = new();
            int? last = MyInvocation.BoundParameters.ContainsKey(nameof(Last)) ? Last : null;
            Stream(RevisionListing.ListAsync(session, place.Inside, last, damaged.Enqueue, StopToken), WriteObject, place.Root, damaged);
        }
    }
}
