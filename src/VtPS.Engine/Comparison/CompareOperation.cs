using VtPS.Engine.Operations;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Comparison;

/// <summary>Compares a backup with another, or with a live tree, visiting only what differs.</summary>
internal static class CompareOperation
{
    /// <summary>The differences in the order of paths.</summary>
    public static IAsyncEnumerable<VtDifference> RunAsync(StoreSession store, CompareRequest request, IOperationObserver observer, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
