using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Encryption;
using VtPS.Engine.Stores;

namespace VtPS.Commands;

/// <summary>Adds a password or key file to those that open an encrypted Store.</summary>
[Cmdlet(VerbsCommon.Add, "VtKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VtKey))]
public sealed class AddVtKeyCommand : VtNewKeyCommand
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
        if (ShouldProcess(session.Info.Path, "Add a key"))
        {
            StoreCredentials secrets = NewSecrets();
            WriteObject(AwaitItem(token => KeyOperations.AddAsync(session, secrets, KeyWrap.DefaultIterations, token), session.Info.Path) ?? [], enumerateCollection: true);
        }
    }
}
