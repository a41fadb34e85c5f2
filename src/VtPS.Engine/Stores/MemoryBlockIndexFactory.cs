namespace VtPS.Engine.Stores;

/// <summary>Makes an empty index in memory each time.</summary>
internal sealed class MemoryBlockIndexFactory : IBlockIndexFactory
{
    /// <inheritdoc/>
    public IBlockIndex Open(string storeId, VtHashName hashName) => new MemoryBlockIndex(hashName);
}
