using System.Collections.Concurrent;
using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Stores;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>Lists the passwords and key files that open an encrypted Store: not themselves, but their slots.</summary>
[Cmdlet(VerbsCommon.Get, "VtKey")]
[OutputType(typeof(VtKey))]
public sealed class GetVtKeyCommand : VtStoreCommand
{
    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The encrypted Store: a path, a URI, a registered name or what Get-VtStore returns. Without it, that of $env:VT_STORE.")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    public override VtStoreReference? Store { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        StoreSession session = OpenStore();
        ConcurrentQueue<VtException> damaged = new();
        List<VtKey>? keys = AwaitItem(token => KeyOperations.ListAsync(session, damaged.Enqueue, token), session.Info.Path);
        foreach (VtException exception in damaged)
        {
            WriteError(ErrorRecords.From(exception));
        }

        WriteObject(keys ?? [], enumerateCollection: true);
    }
}
