using System.Management.Automation;
using VtPS.References;

namespace VtPS;

/// <summary>
/// What <c>-Peer</c> takes: a path, an address or a registered name, a <see cref="VtPeer"/>, or one that was serialised and came back.
/// Making a reference touches no disk; the command that gets it finds the peer.
/// </summary>
public sealed class VtPeerReference
{
    /// <summary>Refers to a peer by a path, an address or a registered name.</summary>
    /// <param name="peer">The path, address or name.</param>
    public VtPeerReference(string peer)
    {
        if (string.IsNullOrWhiteSpace(peer))
        {
            throw new PSArgumentException("A peer is given by a path, an address or a registered name; this text is empty.");
        }

        Text = peer;
    }

    /// <summary>Refers to a peer that a command returned.</summary>
    /// <param name="peer">The peer.</param>
    public VtPeerReference(VtPeer peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        Peer = peer;
    }

    /// <summary>Refers to a peer that a command returned and that was serialised since.</summary>
    /// <param name="peer">An object whose type name ends in <c>VtPS.VtPeer</c>.</param>
    public VtPeerReference(PSObject peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        switch (peer.BaseObject)
        {
            case VtPeer live:
                Peer = live;
                break;
            case string text when !string.IsNullOrWhiteSpace(text):
                Text = text;
                break;
            default:
                if (!ReferenceReader.IsOf(peer, "VtPS.VtPeer"))
                {
                    throw new PSArgumentException($"An object of type {peer.TypeNames.FirstOrDefault()} is not a peer. Give a path, an address, a registered name or what Get-VtPeer returns.");
                }

                Peer = new VtPeer
                {
                    Name = ReferenceReader.RequiredText(peer, nameof(VtPeer.Name), nameof(VtPeer)),
                    Uri = ReferenceReader.RequiredText(peer, nameof(VtPeer.Uri), nameof(VtPeer)),
                    Group = ReferenceReader.Text(peer, nameof(VtPeer.Group)),
                    Right = Enum.Parse<VtPeerRight>(ReferenceReader.RequiredText(peer, nameof(VtPeer.Right), nameof(VtPeer))),
                };
                IsFromData = true;
                break;
        }
    }

    /// <summary>A user's word for the peer; null where an object was given.</summary>
    internal string? Text { get; }

    /// <summary>The registered peer, where an object gave it.</summary>
    internal VtPeer? Peer { get; }

    /// <summary>Whether the peer stood in an object that was serialised, and may have come from anywhere.</summary>
    internal bool IsFromData { get; }

    /// <inheritdoc/>
    public override string ToString() => Text ?? Peer!.Name;
}
