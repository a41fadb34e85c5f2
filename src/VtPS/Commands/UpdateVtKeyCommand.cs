using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Encryption;
using VtPS.Engine.Stores;

namespace VtPS.Commands;

/// <summary>Changes the key of an encrypted Store: what was known of the old one opens nothing that is stored from then on.</summary>
[Cmdlet(VerbsData.Update, "VtKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VtKey))]
public sealed class UpdateVtKeyCommand : VtNewKeyCommand
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
        if (ShouldProcess(session.Info.Path, "Begin a new key epoch, and end every password and key file but the new ones"))
        {
            StoreCredentials secrets = NewSecrets();
            WriteObject(AwaitItem(token => KeyOperations.UpdateAsync(session, secrets, KeyWrap.DefaultIterations, token), session.Info.Path) ?? [], enumerateCollection: true);
        }
    }
}
