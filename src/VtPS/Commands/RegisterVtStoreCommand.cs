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
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "The folder of a Store that exists, taken literally, or an address: ssh://host/path, unix:///path/of/socket, or ! and a command that serves it.")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The key file.</summary>
    [Parameter(HelpMessage = "The key file that opens the Store, for runs without a user. Its path is noted, not its content.")]
    [ValidateNotNullOrEmpty]
    public string? KeyFile { get; set; }

    /// <summary>The password file.</summary>
    [Parameter(HelpMessage = "A file with the password that opens the Store, for runs without a user. Its path is noted, not its content.")]
    [ValidateNotNullOrEmpty]
    public string? PasswordFile { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            string location = LivePaths.IsRemote(Path) ? Path : Paths.Resolve(Path);
            string? keyFile = KeyFile is null ? null : Paths.Resolve(KeyFile);
            string? passwordFile = PasswordFile is null ? null : Paths.Resolve(PasswordFile);
            StoreSession session = Open(new StoreAddress(location, Name) { Credentials = StoreCredentials.FromFiles(keyFile, passwordFile) });
            if (ShouldProcess(location, $"Register the Store as '{Name}'"))
            {
                StoreRegistry.ForUser().Add(new RegisteredStore(Name, location, keyFile, passwordFile));
                WriteObject(session.Info);
            }
        }
        catch (VtException exception)
        {
            Fail(exception, Name);
        }
    }
}
