using System.Collections.Concurrent;
using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Backups;
using VtPS.Engine.Listing;
using VtPS.Engine.Stores;

namespace VtPS.Commands;

/// <summary>Finds items across the backups of a Store.</summary>
[Cmdlet(VerbsCommon.Find, "VtItem")]
[OutputType(typeof(VtItem))]
public sealed class FindVtItemCommand : VtStoreCommand
{
    /// <inheritdoc/>
    [Parameter(ValueFromPipeline = true, HelpMessage = "The Store: a path, a URI, a registered name or what Get-VtStore returns. Without it, that of $env:VT_STORE.")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    public override VtStoreReference? Store { get; set; }

    /// <summary>A pattern.</summary>
    [Parameter(Position = 0, HelpMessage = "A wildcard pattern: without / for the item's name, with one for its whole path inside the backup; ** stands for any depth.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Written from when on.</summary>
    [Parameter(HelpMessage = "Only items last written at this time or later.")]
    public DateTime Since { get; set; }

    /// <summary>Written until when.</summary>
    [Parameter(HelpMessage = "Only items last written before this time.")]
    public DateTime Before { get; set; }

    /// <summary>A block.</summary>
    [Parameter(HelpMessage = "Only files whose content is, or contains, the block with this hash, written name:hex.")]
    [ValidateNotNull]
    public VtHash? Hash { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        StoreSession session = OpenStore();
        List<VtBackup> backups = [];
        StreamBackups(session, new BackupFilter(), backups.Add);
        ItemSearchRequest request = new()
        {
            Backups = backups,
            Path = Path,
            Since = MyInvocation.BoundParameters.ContainsKey(nameof(Since)) ? Since : null,
            Before = MyInvocation.BoundParameters.ContainsKey(nameof(Before)) ? Before : null,
            Hash = Hash,
        };
        ConcurrentQueue<VtException> damaged = new();
        Stream(ItemSearch.FindAsync(session, request, damaged.Enqueue, StopToken), WriteObject, Path, damaged);
    }
}
