using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Backups;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Stores;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>Checks a Store: that everything which its backups stand on is there and, where asked, whole.</summary>
[Cmdlet(VerbsDiagnostic.Test, "VtStore")]
[OutputType(typeof(VtTestResult))]
[OutputType(typeof(bool))]
public sealed class TestVtStoreCommand : VtStoreCommand
{
    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The Store: a path, a URI, a registered name or what Get-VtStore returns. Without it, that of the backups given, else that of $env:VT_STORE.")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    public override VtStoreReference? Store { get; set; }

    /// <summary>Whether to read data.</summary>
    [Parameter(HelpMessage = "Read all data and hash every block, too.")]
    public SwitchParameter Data { get; set; }

    /// <summary>How much to read.</summary>
    [Parameter(HelpMessage = "Read a random sample of the data, in percent of its records.")]
    [ValidateRange(0.0, 100.0)]
    public double? SamplePercent { get; set; }

    /// <summary>Only these.</summary>
    [Parameter(HelpMessage = "Check only what these backups stand on: ids, unique prefixes, 'latest' or what Get-VtBackup returns.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public VtBackupReference[]? Backup { get; set; }

    /// <summary>Whether to return a bool.</summary>
    [Parameter(HelpMessage = "Return only whether no damage was found.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        StoreSession? session = Backup is null ? OpenStore() : null;
        HashSet<string>? backups = Backup is null ? null : [];
        foreach (VtBackupReference reference in Backup ?? [])
        {
            if (session is not null)
            {
                CheckStore(session, reference.StoreLocation, reference.StoreId, reference);
            }

            session ??= OpenStoreOf(reference.StoreLocation, reference.StoreId, reference);
            StoreSession open = session;
            if (AwaitItem(token => BackupCatalog.ResolveAsync(open, reference.Id, new BackupFilter(), token), reference.Id) is { } backup)
            {
                backups!.Add(backup.Id);
            }
        }

        // Of backups that were given, one at least must be there: else the whole Store would be checked in their place.
        if (session is null || backups is { Count: 0 })
        {
            return;
        }

        TestRequest request = new() { Data = Data, SamplePercent = SamplePercent, BackupIds = backups };
        CommandObserver observer = Observe(wantsItems: false);
        IReadOnlyList<VtTestResult> results = [];
        Run(async token => results = await TestOperation.RunAsync(session, request, observer, token).ConfigureAwait(false));
        observer.EndProgress();
        if (Quiet)
        {
            WriteObject(results.All(static result => !result.IsDamage));
            return;
        }

        WriteObject(results, enumerateCollection: true);
    }
}
