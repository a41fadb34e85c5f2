using System.Management.Automation;
using VtPS.Engine.Encryption;
using VtPS.Engine.Stores;

namespace VtPS.Commands;

/// <summary>Changes the key of an encrypted Store: what was known of the old one opens nothing that is stored from then on.</summary>
[Cmdlet(VerbsData.Update, "VtKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VtKey))]
public sealed class UpdateVtKeyCommand : VtNewKeyCommand
{
    private protected override string Action => "Begin a new key epoch, and end every password and key file but the new ones";

    private protected override Task<List<VtKey>> MakeAsync(StoreSession session, StoreCredentials secrets, CancellationToken cancellationToken) =>
        KeyOperations.UpdateAsync(session, secrets, KeyWrap.DefaultIterations, cancellationToken);
}
