using VtPS.Engine.Listing;
using VtPS.Engine.Restores;
using VtPS.Engine.Stores;

namespace VtPS.Pipeline;

/// <summary>What is to be restored from one Store: whole backups, paths and items of them, in the order they came.</summary>
/// <param name="address">Where the Store is.</param>
/// <param name="storeId">The Store's id.</param>
internal sealed class RestoreGroup(StoreAddress address, string storeId)
{
    private readonly Dictionary<string, Part> _parts = [];
    private readonly List<string> _order = [];

    /// <summary>Where the Store is.</summary>
    public StoreAddress Address => address;

    /// <summary>The Store's id.</summary>
    public string StoreId => storeId;

    /// <summary>The backups, in the order they came.</summary>
    public IReadOnlyList<string> BackupIds => _order;

    /// <summary>A backup that came before; else null.</summary>
    public VtBackup? Find(string id) => _parts.TryGetValue(id, out Part? part) ? part.Backup : null;

    /// <summary>Adds a backup, or paths of it.</summary>
    public void Add(VtBackup backup, string[]? paths)
    {
        Part part = Get(backup);
        if (paths is null)
        {
            part.IsWhole = true;
        }
        else
        {
            part.Paths.AddRange(paths);
        }
    }

    /// <summary>Adds an item of a backup: it alone, whatever characters its name has.</summary>
    public void Add(VtBackup backup, VtItem item) => Get(backup).Paths.Add(InsidePath.Escape(item.Path));

    /// <summary>What the engine is to restore.</summary>
    public IReadOnlyList<RestoreSelection> Selections()
    {
        List<RestoreSelection> selections = new(_order.Count);
        foreach (string id in _order)
        {
            Part part = _parts[id];
            selections.Add(new RestoreSelection(part.Backup, part.IsWhole ? [] : part.Paths));
        }

        return selections;
    }

    private Part Get(VtBackup backup)
    {
        if (!_parts.TryGetValue(backup.Id, out Part? part))
        {
            part = new Part(backup);
            _parts.Add(backup.Id, part);
            _order.Add(backup.Id);
        }

        return part;
    }

    private sealed class Part(VtBackup backup)
    {
        public VtBackup Backup => backup;

        public List<string> Paths { get; } = [];

        public bool IsWhole { get; set; }
    }
}
