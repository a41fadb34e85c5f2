using VtPS.Engine.Stores;

namespace VtPS.Sqlite;

/// <summary>Opens the indexes in the client's cache folder; where there can be none, an index in memory.</summary>
internal sealed class SqliteBlockIndexFactory : IBlockIndexFactory
{
    private readonly string? _folder;

    /// <summary>Indexes in the user's cache folder, as the environment says at this moment.</summary>
    public SqliteBlockIndexFactory()
        : this(Sqlite.CacheFolder.Find())
    {
    }

    /// <summary>Indexes in a folder of one's choice.</summary>
    /// <param name="folder">An absolute path; null for indexes in memory alone.</param>
    public SqliteBlockIndexFactory(string? folder) => _folder = folder;

    /// <inheritdoc/>
    public string? CacheFolder => _folder;

    /// <inheritdoc/>
    public IBlockIndex Open(string storeId, VtHashName hashName)
    {
        if (_folder is not null)
        {
            IndexFile file = new(_folder, storeId);
            if (file.TryOpen(hashName) is { } database)
            {
                return new SqliteBlockIndex(file, database, hashName);
            }
        }

        return new MemoryBlockIndex(hashName);
    }

    /// <inheritdoc/>
    public LeaseMemory OpenLeaseMemory(string storeId)
    {
        IndexFile? file = _folder is null ? null : new IndexFile(_folder, storeId);
        return new LeaseMemory(file?.TryMakeFolder() == true ? file.LeaseMemoryPath : null);
    }
}
