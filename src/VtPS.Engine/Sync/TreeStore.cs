using VtPS.Engine.Stores;

namespace VtPS.Engine.Sync;

/// <summary>The place that a user names for what a tree keeps, in place of its <c>.vt</c>.</summary>
internal static class TreeStore
{
    /// <summary>The place's full path: a folder of this machine, which need not be there yet.</summary>
    /// <param name="address">What the user named.</param>
    /// <exception cref="VtException">InvalidArgument: it is an address, or a Store itself.</exception>
    public static string PathOf(StoreAddress address) =>
        address.IsRemote ? throw new VtException(
            VtErrorId.InvalidArgument, $"'{address.Location}' is an address. What a tree keeps of its syncs lies in a folder of this machine: name one, or none for .vt in the tree.", address.Location)
        : File.Exists(Path.Join(address.Location, StoreNames.Config)) ? throw new VtException(
            VtErrorId.InvalidArgument, $"'{address.Location}' is a Store itself. What a tree keeps of its syncs, a Store of revisions among it, needs a folder of its own: name an empty one.", address.Location)
        : address.Location;
}
