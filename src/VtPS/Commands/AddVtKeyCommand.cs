using System.Management.Automation;
using VtPS.Engine.Encryption;
using VtPS.Engine.Stores;

namespace VtPS.Commands;

/// <summary>Adds a password or key file to those that open an encrypted Store.</summary>
[Cmdlet(VerbsCommon.Add, "VtKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VtKey))]
public sealed class AddVtKeyCommand : VtNewKeyCommand
{
    private protected override string Action => "Add a key";

    private protected override Task<List<VtKey>> MakeAsync(StoreSession session, StoreCredentials secrets, CancellationToken cancellationToken) =>
        KeyOperations.AddAsync(session, secrets, KeyWrap.DefaultIterations, cancellationToken);
}
