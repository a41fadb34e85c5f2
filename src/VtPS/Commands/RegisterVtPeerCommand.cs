using System.Management.Automation;
using VtPS.Engine.Protocol;
using VtPS.Engine.Sync;
using VtPS.Pipeline;

namespace VtPS.Commands;

/// <summary>Gives a tree to sync with a name, and says for which group and with what right.</summary>
[Cmdlet(VerbsLifecycle.Register, "VtPeer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(VtPeer))]
public sealed class RegisterVtPeerCommand : VtSessionCommand
{
    /// <summary>The name.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The name, for -Peer. Names are compared without regard to case.")]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = string.Empty;

    /// <summary>Where the tree is.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "The tree: a folder, taken literally, or an address: ssh://host/path, unix:///path/of/socket, or ! and a command that serves it. It need not be there now.")]
    [ValidateNotNullOrEmpty]
    public string Uri { get; set; } = string.Empty;

    /// <summary>The group.</summary>
    [Parameter(HelpMessage = "The name of the group that every sync with this peer is for. Trees of another are refused.")]
    [ValidateNotNullOrEmpty]
    public string? Group { get; set; }

    /// <summary>The right.</summary>
    [Parameter(HelpMessage = "What a sync with it may do: ReadWrite (the default); Read, it only gives, and its tree stays as it is; Write, it only takes. Another -Direction of Sync-VtPeer is then refused.")]
    public VtPeerRight Right { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            VtPeer peer = new()
            {
                Name = Name,
                Uri = PeerAddress.TryParse(Uri, isFromData: false, out _) ? Uri : Paths.Resolve(Uri),
                Group = Group,
                Right = Right,
            };
            if (ShouldProcess(peer.Uri, $"Register the peer as '{Name}'"))
            {
                PeerRegistry.ForUser().Add(peer);
                WriteObject(peer);
            }
        }
        catch (VtException exception)
        {
            Fail(exception, Name);
        }
    }
}
