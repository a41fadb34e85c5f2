namespace VtPS.Engine.Stores;

/// <summary>Makes an empty index in memory each time.</summary>
/// <param name="cacheFolder">The client's folder for what else it knows of Stores; null for none.</param>
internal sealed class MemoryBlockIndexFactory(string? cacheFolder = null) : IBlockIndexFactory
{
    /// <inheritdoc/>
    public string? CacheFolder => cacheFolder;

    /// <inheritdoc/>
    public IBlockIndex Open(string storeId, VtHashName hashName) => new MemoryBlockIndex(hashName);

    /// <inheritdoc/>
    public LeaseMemory OpenLeaseMemory(string storeId) => new(path: null);
}
