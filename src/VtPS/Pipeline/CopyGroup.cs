using VtPS.Engine.Stores;

namespace VtPS.Pipeline;

/// <summary>The backups to be copied out of one Store, each once, in the order they came.</summary>
/// <param name="address">Where the Store is.</param>
/// <param name="storeId">The Store's id.</param>
internal sealed class CopyGroup(StoreAddress address, string storeId)
{
    private readonly List<VtBackup> _backups = [];

    /// <summary>Where the Store is.</summary>
    public StoreAddress Address => address;

    /// <summary>The Store's id.</summary>
    public string StoreId => storeId;

    /// <summary>The backups.</summary>
    public IReadOnlyList<VtBackup> Backups => _backups;

    /// <summary>Adds a backup.</summary>
    public void Add(VtBackup backup)
    {
        if (!_backups.Exists(known => known.Id == backup.Id))
        {
            _backups.Add(backup);
        }
    }
}
