namespace VtPS.Engine.Sync;

/// <summary>The peer that a user means, and what was registered of it.</summary>
/// <param name="Location">A full path or an address.</param>
/// <param name="Registered">Its registration; null where it was given by its path or address.</param>
/// <param name="IsFromData">Whether it was read from an object that may have come from elsewhere: then no command in it is run.</param>
internal sealed record SyncTarget(string Location, VtPeer? Registered = null, bool IsFromData = false)
{
    /// <summary>The direction of a sync with it: what was asked for, within what was registered.</summary>
    /// <param name="asked">What the user asked for; null where nothing was said.</param>
    /// <exception cref="VtException">PeerRightDenied: more was asked for than was registered.</exception>
    public VtSyncDirection DirectionFor(VtSyncDirection? asked)
    {
        VtSyncDirection? only = Registered?.Right switch
        {
            VtPeerRight.Read => VtSyncDirection.Pull,
            VtPeerRight.Write => VtSyncDirection.Push,
            _ => null,
        };
        return only is null || asked is null || asked == only
            ? only ?? asked ?? VtSyncDirection.Both
            : throw new VtException(
                VtErrorId.PeerRightDenied,
                $"The peer '{Registered!.Name}' is registered with the right {Registered.Right}, and a sync with it is a {only}; {asked} was asked for. Leave the direction out, or register the peer again with another right.",
                Registered.Name);
    }

    /// <summary>The group of a sync with it: what was asked for, else what was registered; null for neither.</summary>
    /// <exception cref="VtException">InvalidArgument: another group was asked for than was registered.</exception>
    public string? GroupFor(string? asked) => asked is null || Registered?.Group is not { } group || group == asked
        ? asked ?? Registered?.Group
        : throw new VtException(
            VtErrorId.InvalidArgument,
            $"The peer '{Registered.Name}' is registered for the group '{group}', and the group '{asked}' was asked for. Leave the group out, or register the peer again.",
            asked);
}
