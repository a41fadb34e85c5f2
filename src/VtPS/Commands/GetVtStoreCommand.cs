using System.Management.Automation;
using System.Security;
using VtPS.Completers;
using VtPS.Engine.Stores;

namespace VtPS.Commands;

/// <summary>Shows a Store, or every registered one.</summary>
[Cmdlet(VerbsCommon.Get, "VtStore")]
[OutputType(typeof(VtStore))]
public sealed class GetVtStoreCommand : VtStoreCommand
{
    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The Store: a path, a URI, a registered name or what Get-VtStore returns. Without it, every registered Store.")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    public override VtStoreReference? Store { get; set; }

    /// <summary>The password.</summary>
    [Parameter(HelpMessage = "The password of an encrypted Store. What is returned is unlocked: hand it to -Store of other cmdlets.")]
    [ValidateNotNull]
    public SecureString? Password { get; set; }

    /// <summary>The key file.</summary>
    [Parameter(HelpMessage = "The key file of an encrypted Store. What is returned is unlocked: hand it to -Store of other cmdlets.")]
    [ValidateNotNullOrEmpty]
    public string? KeyFile { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if ((Password is not null || KeyFile is not null) && Store is null && !MyInvocation.ExpectingInput)
        {
            Fail(new VtException(VtErrorId.StoreNotSpecified, "A password or key file is for one Store, and none was given. Use -Store with its path or registered name.", nameof(Store)));
        }

        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Store is not null)
        {
            WriteObject(OpenStore().Info);
            return;
        }

        foreach (RegisteredStore registered in StoreRegistry.ForUser().List())
        {
            VtStore? store = AwaitItem(token => ReadAsync(registered, token), registered.Name, mayEnd: false);
            if (store is not null)
            {
                WriteObject(store);
            }
        }
    }

    /// <inheritdoc/>
    private protected override StoreAddress Unlock(StoreAddress address) => Password is null && KeyFile is null
        ? address
        : address with { Credentials = new StoreCredentials { Password = Password, KeyFile = KeyFile is null ? null : Paths.Resolve(KeyFile) } };

    private static async Task<VtStore> ReadAsync(RegisteredStore registered, CancellationToken cancellationToken)
    {
        await using StoreSession session = await StoreSession.OpenAsync(
            new StoreAddress(registered.Path, registered.Name), Loading.BlockIndexFactory.Create(), cancellationToken).ConfigureAwait(false);
        return session.Info;
    }
}
