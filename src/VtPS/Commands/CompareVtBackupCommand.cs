using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Backups;
using VtPS.Engine.Comparison;
using VtPS.Engine.IO;
using VtPS.Engine.Stores;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>Compares a backup with another, or with a live tree.</summary>
[Cmdlet(VerbsData.Compare, "VtBackup", DefaultParameterSetName = BackupSet)]
[OutputType(typeof(VtDifference))]
public sealed class CompareVtBackupCommand : VtStoreCommand
{
    private const string BackupSet = "Backup";
    private const string PathSet = "Path";

    /// <summary>The one.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = "The backup to compare from: its id, a unique prefix, 'latest' or what Get-VtBackup returns.")]
    [Alias("ReferenceObject")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public VtBackupReference? Reference { get; set; }

    /// <summary>The other.</summary>
    [Parameter(Position = 1, ParameterSetName = BackupSet, HelpMessage = "The backup to compare with, of the same Store. With neither this nor -DifferencePath, the places that the backup came from, as they are now.")]
    [Alias("DifferenceObject")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public VtBackupReference? Difference { get; set; }

    /// <summary>The live tree.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet, HelpMessage = "A live folder to compare with: the one that has the backup's top entries in it, such as the destination of a restore.")]
    [ValidateNotNullOrEmpty]
    public string? DifferencePath { get; set; }

    /// <summary>Whether to read live files.</summary>
    [Parameter(HelpMessage = "Compare live files by their content, not only by size and time.")]
    public SwitchParameter Content { get; set; }

    /// <summary>Whether to write what is equal.</summary>
    [Parameter(HelpMessage = "Write what is equal, too.")]
    public SwitchParameter IncludeEqual { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        StoreSession session = OpenStoreOf(
            Reference!.StoreLocation ?? Difference?.StoreLocation, Reference.StoreLocation is null ? Difference?.StoreId : Reference.StoreId, Reference);
        if (Find(session, Reference) is not { } reference)
        {
            return;
        }

        VtBackup? difference = null;
        if (Difference is not null)
        {
            CheckStore(session, Difference.StoreLocation, Difference.StoreId, Difference);
            difference = Find(session, Difference);
            if (difference is null)
            {
                return;
            }
        }

        CompareRequest request = new()
        {
            Reference = reference,
            Difference = difference,
            DifferencePath = DifferencePath is null ? null : LiveFolder(DifferencePath),
            Content = Content,
            IncludeEqual = IncludeEqual,
        };
        CommandObserver observer = Observe(wantsItems: false);
        Run(async token =>
        {
            await foreach (VtDifference found in CompareOperation.RunAsync(session, request, observer, token).ConfigureAwait(false))
            {
                Post(() => WriteObject(found));
            }
        });
        observer.EndProgress();
    }

    private VtBackup? Find(StoreSession session, VtBackupReference reference) =>
        reference.Live ?? AwaitItem(token => BackupCatalog.ResolveAsync(session, reference.Id, new BackupFilter(), token), reference.Id);

    private byte[] LiveFolder(string path)
    {
        try
        {
            string full = Paths.Resolve(path);
            return System.IO.Directory.Exists(full)
                ? FileSystem.Current.GetBytes(full)
                : throw new VtException(VtErrorId.PathNotFound, $"There is no folder '{full}'. Check the path; a disk may not be mounted.", path);
        }
        catch (VtException exception)
        {
            Fail(exception, path);
            throw;
        }
    }
}
