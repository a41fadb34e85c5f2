using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Stores;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>Takes a Store's name away; the Store itself is not touched.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "VtStore", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, DefaultParameterSetName = NameSet)]
[OutputType(typeof(VtStore))]
public sealed class UnregisterVtStoreCommand : VtSessionCommand
{
    private const string NameSet = "Name";
    private const string StoreSet = "Store";

    /// <summary>The name.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet, HelpMessage = "The registered name.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    public string Name { get; set; } = string.Empty;

    /// <summary>The Store.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = StoreSet, HelpMessage = "A registered Store, as Get-VtStore returns it, or its registered name.")]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(StoreNameCompleter))]
    public VtStoreReference? Store { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string? name = ParameterSetName == NameSet ? Name : Store!.Name ?? Store.Text;
        StoreRegistry registry = StoreRegistry.ForUser();
        RegisteredStore? registered = name is null ? null : registry.Find(name);
        if (registered is null)
        {
            string given = name ?? Store!.ToString();
            WriteError(ErrorRecords.From(new VtException(
                VtErrorId.StoreNotFound, $"No Store is registered as '{given}'. Get-VtStore lists the registered ones.", given)));
            return;
        }

        if (ShouldProcess(registered.Path, $"Unregister the name '{registered.Name}'"))
        {
            registry.Remove(registered.Name);
            Emit(registered);
        }
    }

    private void Emit(RegisteredStore registered)
    {
        VtException? unreadable = null;
        VtStore? store = Await(async token =>
        {
            try
            {
                await using StoreSession session = await StoreSession.OpenAsync(
                    new StoreAddress(registered.Path) { Credentials = StoreCredentials.FromFiles(registered.KeyFile, registered.PasswordFile) }, Loading.BlockIndexFactory.Create(), token).ConfigureAwait(false);
                return session.Info;
            }
            catch (VtException exception)
            {
                unreadable = exception;
                return null;
            }
        });
        if (store is not null)
        {
            WriteObject(store);
        }
        else
        {
            // A name is most often taken away because its Store is gone: that is no error.
            WriteVerbose($"The Store at '{registered.Path}' is not written out, for it cannot be read: {unreadable!.Message}");
        }
    }
}
