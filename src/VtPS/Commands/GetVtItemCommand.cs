using System.Collections.Concurrent;
using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Listing;
using VtPS.Engine.Stores;

namespace VtPS.Commands;

/// <summary>Lists what is in a backup, as Get-ChildItem lists a folder.</summary>
[Cmdlet(VerbsCommon.Get, "VtItem")]
[OutputType(typeof(VtItem))]
public sealed class GetVtItemCommand : VtStoreCommand
{
    /// <summary>The backup.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, HelpMessage = "The backup: its id, a unique prefix, 'latest' or what Get-VtBackup returns.")]
    [Alias("Id")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public VtBackupReference? Backup { get; set; }

    /// <summary>Paths inside the backup.</summary>
    [Parameter(Position = 0, HelpMessage = "Paths inside the backup, with / between names; wildcards are allowed. A directory lists its entries, a file itself. Without it, the top.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(InsidePathCompleter))]
    public string[]? Path { get; set; }

    /// <summary>Whether to list what lies below.</summary>
    [Parameter(HelpMessage = "List everything below, too.")]
    public SwitchParameter Recurse { get; set; }

    /// <summary>How deep.</summary>
    [Parameter(HelpMessage = "How many levels below the first to list; implies -Recurse.")]
    [ValidateRange(0, int.MaxValue)]
    public int Depth { get; set; }

    /// <summary>A pattern for names.</summary>
    [Parameter(HelpMessage = "Only items whose name matches this wildcard pattern.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? Filter { get; set; }

    /// <summary>Only files.</summary>
    [Parameter(HelpMessage = "Only what is no directory.")]
    public SwitchParameter File { get; set; }

    /// <summary>Only directories.</summary>
    [Parameter(HelpMessage = "Only directories.")]
    public SwitchParameter Directory { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (File && Directory)
        {
            Fail(new VtException(VtErrorId.InvalidArgument, "-File and -Directory were both given. Use one of them, or neither for all items.", nameof(Directory)));
        }

        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (OpenBackup(Backup!) is not (StoreSession session, VtBackup backup))
        {
            return;
        }

        bool hasDepth = MyInvocation.BoundParameters.ContainsKey(nameof(Depth));
        ItemListRequest request = new()
        {
            Backup = backup,
            Recurse = Recurse || hasDepth,
            Depth = hasDepth ? Depth : null,
            Filter = Filter,
            FilesOnly = File,
            DirectoriesOnly = Directory,
        };
        ConcurrentQueue<VtException> damaged = new();
        if (Path is null)
        {
            Stream(ItemListing.ListAsync(session, request, damaged.Enqueue, StopToken), WriteObject, backup.Id, damaged);
            return;
        }

        // One by one: a path that names nothing must not hide the others.
        foreach (string path in Path)
        {
            Stream(ItemListing.ListAsync(session, request with { Paths = [path] }, damaged.Enqueue, StopToken), WriteObject, path, damaged);
        }
    }
}
