using System.Management.Automation;
using VtPS.Completers;
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
    private readonly HashSet<string> _backups = [];
    private StoreSession? _session;

    /// <inheritdoc/>
    [Parameter(Position = 0, HelpMessage = "The Store: a path, a URI, a registered name or what Get-VtStore returns. Without it, that of the backups piped in, else that of $env:VT_STORE.")]
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
    [Parameter(ValueFromPipeline = true, HelpMessage = "Check only what these backups stand on: ids, unique prefixes, 'latest' or what Get-VtBackup returns.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public VtBackupReference[]? Backup { get; set; }

    /// <summary>Whether to return a bool.</summary>
    [Parameter(HelpMessage = "Return only whether no damage was found.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (VtBackupReference reference in Backup ?? [])
        {
            if (OpenBackup(reference) is not (StoreSession session, VtBackup backup))
            {
                continue;
            }

            if (_session is not null && _session != session)
            {
                Check();
            }

            _session = session;
            _backups.Add(backup.Id);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(Backup)) && !MyInvocation.ExpectingInput)
        {
            _session = OpenStore();
        }

        Check();
    }

    private void Check()
    {
        if (_session is not { } session)
        {
            return;
        }

        TestRequest request = new() { Data = Data, SamplePercent = SamplePercent, BackupIds = _backups.Count == 0 ? null : _backups.ToHashSet() };
        _backups.Clear();
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
