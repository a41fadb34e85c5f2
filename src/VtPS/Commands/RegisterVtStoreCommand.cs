using System.Management.Automation;
using VtPS.Engine.Stores;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>Gives a Store that is there a name.</summary>
[Cmdlet(VerbsLifecycle.Register, "VtStore", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VtStore))]
public sealed class RegisterVtStoreCommand : VtSessionCommand
{
    /// <summary>The name.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The name, for -Store. Names are compared without regard to case.")]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = string.Empty;

    /// <summary>Where the Store is.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "The folder or URI of a Store that exists, taken literally.")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            string location = LivePaths.IsUri(Path) ? Path : Paths.Resolve(Path);
            StoreSession session = Open(new StoreAddress(location, Name));
            if (ShouldProcess(location, $"Register the Store as '{Name}'"))
            {
                StoreRegistry.ForUser().Add(new RegisteredStore(Name, location));
                WriteObject(session.Info);
            }
        }
        catch (VtException exception)
        {
            Fail(exception, Name);
        }
    }
}
