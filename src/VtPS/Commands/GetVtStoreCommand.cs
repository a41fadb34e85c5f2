using System.Management.Automation;
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

    private static async Task<VtStore> ReadAsync(RegisteredStore registered, CancellationToken cancellationToken)
    {
        await using StoreSession session = await StoreSession.OpenAsync(
            new StoreAddress(registered.Path, registered.Name), Loading.BlockIndexFactory.Create(), cancellationToken).ConfigureAwait(false);
        return session.Info;
    }
}
