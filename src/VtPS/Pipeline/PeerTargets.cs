using VtPS.Engine.Sync;

namespace VtPS.Pipeline;

/// <summary>Finds the peer that a reference means.</summary>
internal static class PeerTargets
{
    /// <summary>The peer and what was registered of it; reads the registered names, reaches nothing.</summary>
    /// <exception cref="VtException">PeerNotFound, PathNotFileSystem, InvalidArgument, StoreReadFailed.</exception>
    public static SyncTarget Of(VtPeerReference reference, LivePaths paths) =>
        reference.Peer is { } peer ? new SyncTarget(peer.Uri, peer, reference.IsFromData)
        : !LivePaths.IsRemote(reference.Text!) && paths.IsQualified(reference.Text!) ? new SyncTarget(paths.Resolve(reference.Text!))
        : PeerRegistry.ForUser().Resolve(reference.Text!, paths.Location);
}
