using System.Text.Json.Nodes;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Sync;

/// <summary>
/// The registered names of peers, in the same file as those of Stores (see <see cref="StoreRegistry"/>), for cmdlets and <c>vt</c> alike:
/// <c>{"Peers": {"name": {"Uri": "…", "Group": "…", "Right": "Read"}}}</c>.
/// </summary>
/// <param name="path">The file; empty where there is no place for it.</param>
internal sealed class PeerRegistry(string path)
{
    private const string UriProperty = "Uri";
    private const string GroupProperty = "Group";
    private const string RightProperty = "Right";

    private readonly RegistrySection<VtPeer> _peers = new(path, "Peers", "Peer", "Unregister-VtPeer (vt peer remove)", UriProperty, Create);

    /// <summary>The registry of this user, as the environment says at the time of the call.</summary>
    public static PeerRegistry ForUser() => new(RegisteredName.FileForUser());

    /// <summary>Every registered peer, sorted by name; empty where there is no file.</summary>
    /// <exception cref="VtException">StoreReadFailed, InvalidArgument for a file that is not what it should be.</exception>
    public IReadOnlyList<VtPeer> List() => _peers.List();

    /// <summary>The peer of a name (names are compared without regard to case), or null.</summary>
    /// <exception cref="VtException">See <see cref="List"/>.</exception>
    public VtPeer? Find(string name) => _peers.Find(name);

    /// <summary>The peer of a name.</summary>
    /// <exception cref="VtException">PeerNotFound; see <see cref="List"/>.</exception>
    public VtPeer Get(string name) =>
        Find(name) ?? throw new VtException(VtErrorId.PeerNotFound, $"No peer is registered as '{name}'. Get-VtPeer (vt peer list) lists the registered ones.", name);

    /// <summary>Adds one; safe against other processes that do so at the same time.</summary>
    /// <exception cref="VtException">NameExists, InvalidArgument (a name that looks like a path), StoreBusy, StoreReadFailed, StoreWriteFailed.</exception>
    public void Add(VtPeer peer) => _peers.Add(
        peer.Name,
        (UriProperty, peer.Uri),
        (GroupProperty, peer.Group),
        (RightProperty, peer.Right == VtPeerRight.ReadWrite ? null : peer.Right.ToString()));

    /// <summary>Removes one; false where there was none.</summary>
    /// <exception cref="VtException">StoreBusy, StoreReadFailed, StoreWriteFailed, InvalidArgument.</exception>
    public bool Remove(string name) => _peers.Remove(name);

    /// <summary>
    /// What a user's word for a peer means: with a separator, a leading <c>.</c> or <c>~</c>, a drive letter or <c>://</c> it is a path or an address; with a leading <c>!</c> a command;
    /// else a registered name; else a folder of that name.
    /// </summary>
    /// <param name="text">The user's word.</param>
    /// <param name="currentDirectory">What relative paths are relative to.</param>
    /// <exception cref="VtException">InvalidArgument for an empty word; PeerNotFound for one that is neither a name nor a folder; StoreReadFailed for names that cannot be read.</exception>
    public SyncTarget Resolve(string text, string currentDirectory)
    {
        if (text.Length == 0)
        {
            throw new VtException(VtErrorId.InvalidArgument, "The peer's name or path is empty. Give a path, an address or a registered name.", text);
        }

        if (new StoreAddress(text).IsRemote)
        {
            return new SyncTarget(text);
        }

        bool isPath = RegisteredName.LooksLikePath(text);
        if (!isPath && Find(text) is { } registered)
        {
            return new SyncTarget(registered.Uri, registered);
        }

        string full = RegisteredName.ToFullPath(text, currentDirectory);
        return isPath || Directory.Exists(full)
            ? new SyncTarget(full)
            : throw new VtException(VtErrorId.PeerNotFound, $"No peer is registered as '{text}', and there is no folder '{full}'. Get-VtPeer (vt peer list) lists the registered ones; give a path as ./{text}.", text);
    }

    private static VtPeer? Create(string name, JsonObject entry)
    {
        VtPeerRight right = VtPeerRight.ReadWrite;
        if (RegistrySection<VtPeer>.Text(entry, RightProperty) is { } text && !(Enum.TryParse(text, ignoreCase: true, out right) && Enum.IsDefined(right)))
        {
            return null;
        }

        return new VtPeer { Name = name, Uri = RegistrySection<VtPeer>.Text(entry, UriProperty)!, Group = RegistrySection<VtPeer>.Text(entry, GroupProperty), Right = right };
    }
}
