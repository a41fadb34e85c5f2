using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Listing;
using VtPS.Engine.Stores;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>Shows blocks: of a Store, by hash, of a backup, of an item, or the chunks of a live file as the Store would cut them.</summary>
[Cmdlet(VerbsCommon.Get, "VtBlock", DefaultParameterSetName = HashSet)]
[OutputType(typeof(VtBlock))]
[OutputType(typeof(byte[]))]
public sealed class GetVtBlockCommand : VtStoreCommand
{
    private const string HashSet = "Hash";
    private const string BackupSet = "Backup";
    private const string ItemSet = "Item";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private SourcePaths? _sources;

    // The backup that was last found in the Store of -Store.
    private string? _backupThere;

    private SourcePaths Sources => _sources ??= new SourcePaths(Paths, denied => Report(denied));

    /// <summary>Hashes.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = HashSet, HelpMessage = "The hashes of blocks, written name:hex. Without it, and with nothing piped in, every block of the Store.")]
    [ValidateNotNullOrEmpty]
    public VtHash[]? Hash { get; set; }

    /// <summary>A backup.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = BackupSet, HelpMessage = "A backup, for every block that it needs, each once: its id, a unique prefix, 'latest' or what Get-VtBackup returns.")]
    [Alias("Id")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public VtBackupReference? Backup { get; set; }

    /// <summary>Items.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ItemSet, HelpMessage = "Items of backups, as Get-VtItem returns them, for their blocks in order.")]
    [ValidateNotNullOrEmpty]
    public VtItem[]? Item { get; set; }

    /// <summary>Live files.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet, HelpMessage = "Live files to cut and hash as the Store would; nothing is stored. Wildcards are allowed.")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Live files, literal.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet, HelpMessage = "Live files to cut and hash as the Store would, taken literally; what Get-ChildItem gives binds here.")]
    [Alias("PSPath", "LP", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Whether to write bytes.</summary>
    [Parameter(ParameterSetName = HashSet, HelpMessage = "Write the bytes, one byte[] for each block, in place of what is known about it.")]
    [Parameter(ParameterSetName = BackupSet, HelpMessage = "Write the bytes, one byte[] for each block, in place of what is known about it.")]
    [Parameter(ParameterSetName = ItemSet, HelpMessage = "Write the bytes, one byte[] for each block, in place of what is known about it: together they are the file.")]
    public SwitchParameter AsByteStream { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case HashSet when Hash is null:
                WriteAll(OpenStore());
                break;
            case HashSet:
                WriteHashes(OpenStore(), Hash);
                break;
            case BackupSet:
                if (OpenBackup(Backup!) is (StoreSession session, VtBackup backup))
                {
                    Stream(BlockListing.OfBackupAsync(session, backup, StopToken), block => Write(session, block), backup.Id);
                }

                break;
            case ItemSet:
                WriteItems(Item!);
                break;
            case PathSet:
                WriteFiles(Path, Sources.Expand);
                break;
            default:
                WriteFiles(LiteralPath, path => [Sources.Literal(path)]);
                break;
        }
    }

    private void WriteAll(StoreSession session)
    {
        try
        {
            foreach (VtBlock block in BlockListing.OfStore(session))
            {
                StopIfAsked();
                Write(session, block);
            }
        }
        catch (VtException exception)
        {
            Report(exception, session.Info.Path);
        }
    }

    private void WriteHashes(StoreSession session, VtHash[] hashes)
    {
        foreach (VtHash hash in hashes)
        {
            StopIfAsked();
            try
            {
                Write(session, BlockListing.OfHash(session, hash));
            }
            catch (VtException exception)
            {
                Report(exception, hash.ToString());
            }
        }
    }

    private void WriteItems(VtItem[] items)
    {
        foreach (VtItem item in items)
        {
            StoreSession session = OpenStoreOf(item.Store, storeId: null, item);

            // Only a Store that was named needs the look: another one would not have the item's blocks, or have them by chance.
            if (Store is not null && session.Info.Path != item.Store && item.BackupId != _backupThere)
            {
                if (OpenBackupOf(session, item) is null)
                {
                    continue;
                }

                _backupThere = item.BackupId;
            }

            Stream(BlockListing.OfItemAsync(session, item, StopToken), block => Write(session, block), item.Path);
        }
    }

    private void WriteFiles(string[] paths, Func<string, IEnumerable<byte[]>> read)
    {
        StoreSession session = OpenStore();
        foreach (string path in paths)
        {
            try
            {
                foreach (byte[] file in read(path))
                {
                    Stream(BlockListing.OfFileAsync(session, file, StopToken), WriteObject, path);
                }
            }
            catch (VtException exception)
            {
                Report(exception, path);
            }
        }
    }

    private void Write(StoreSession session, VtBlock block)
    {
        if (!AsByteStream)
        {
            WriteObject(block);
            return;
        }

        foreach (byte[] bytes in BlockBytes.Read(session, block, StopToken))
        {
            WriteObject(bytes, enumerateCollection: false);
        }
    }

    private void StopIfAsked()
    {
        if (StopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }
}
