using VtPS.Engine.Stores;

namespace VtPS.Pipeline;

/// <summary>Finds the Store that a reference means.</summary>
internal static class StoreAddresses
{
    /// <summary>Where it is; reads the registered names, opens nothing.</summary>
    /// <exception cref="VtException">PathNotFileSystem, InvalidArgument, StoreReadFailed.</exception>
    public static StoreAddress Of(VtStoreReference reference, LivePaths paths) =>
        reference.Location is { } location ? new StoreAddress(location, reference.Name) { IsFromData = reference.IsFromData }
        : !LivePaths.IsRemote(reference.Text!) && paths.IsQualified(reference.Text!) ? new StoreAddress(paths.Resolve(reference.Text!))
        : StoreRegistry.ForUser().Resolve(reference.Text!, paths.Location);
}
