using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>Measures a Store.</summary>
internal static class StoreMeasurement
{
    /// <summary>Counts and sums what the Store holds, by its listings and its index; reads no data.</summary>
    public static Task<VtStoreStatistics> RunAsync(StoreSession store, bool histogram, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
