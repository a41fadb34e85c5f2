namespace VtPS.Engine.Stores;

/// <summary>Opens the index of a Store.</summary>
internal interface IBlockIndexFactory
{
    /// <summary>The client's own folder for what it knows of Stores, an absolute path; null where there is none. It may not exist yet.</summary>
    string? CacheFolder => null;

    /// <summary>Opens, or makes, the index of the Store with this id in the client's cache folder.</summary>
    /// <param name="storeId">The Store's id.</param>
    /// <param name="hashName">The Store's hash function.</param>
    IBlockIndex Open(string storeId, VtHashName hashName);

    /// <summary>What this machine remembers of the leases of the Store with this id: beside the index, or in memory where there is no place for it.</summary>
    LeaseMemory OpenLeaseMemory(string storeId);
}
