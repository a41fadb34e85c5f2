using VtPS.Engine.Operations;

namespace VtPS.Engine.Stores;

/// <summary>Makes Stores.</summary>
internal static class StoreCreation
{
    /// <summary>Makes a Store in a folder that is empty or not there yet.</summary>
    /// <exception cref="VtException">StoreExists, StorePathNotEmpty, InvalidArgument, CodecUnavailable, StoreWriteFailed, StoreFull.</exception>
    public static Task<VtStore> CreateAsync(CreateStoreRequest request, IOperationObserver observer, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
