using System.Management.Automation;
using VtPS.Completers;
using VtPS.Engine.Sync;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>Takes a peer's name away; the tree itself is not touched.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "VtPeer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, DefaultParameterSetName = NameSet)]
[OutputType(typeof(VtPeer))]
public sealed class UnregisterVtPeerCommand : VtCommand
{
    private const string NameSet = "Name";
    private const string PeerSet = "Peer";

    /// <summary>The name.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet, HelpMessage = "The registered name.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PeerNameCompleter))]
    public string Name { get; set; } = string.Empty;

    /// <summary>The peers.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = PeerSet, HelpMessage = "A registered peer, as Get-VtPeer returns it, or its registered name.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PeerNameCompleter))]
    public VtPeerReference[]? Peer { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in ParameterSetName == NameSet ? [Name] : Peer!.Select(peer => peer.ToString()))
        {
            try
            {
                Unregister(name);
            }
            catch (VtException exception)
            {
                WriteError(ErrorRecords.From(exception, name));
            }
        }
    }

    private void Unregister(string name)
    {
        PeerRegistry registry = PeerRegistry.ForUser();
        VtPeer peer = registry.Get(name);
        if (ShouldProcess(peer.Uri, $"Unregister the name '{peer.Name}'"))
        {
            registry.Remove(peer.Name);
            WriteObject(peer);
        }
    }
}
