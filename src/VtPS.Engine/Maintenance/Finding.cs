namespace VtPS.Engine.Maintenance;

/// <summary>Something that a check found, while it is gathered.</summary>
internal sealed class Finding(VtTestKind kind, string? objectName, string message)
{
    private readonly HashSet<string> _backups = [];
    private readonly HashSet<string> _paths = [];

    public VtTestKind Kind => kind;

    public string? ObjectName => objectName;

    public string Message { get; set; } = message;

    public List<string> Hashes { get; } = [];

    /// <summary>Whether a tree or content of a backup is touched, not only a side-car.</summary>
    public bool TouchesContent { get; private set; }

    /// <summary>Whether a side-car is touched.</summary>
    public bool TouchesSideCar { get; private set; }

    /// <summary>Notes a backup that is touched, and the path inside; null for its side-car.</summary>
    public void Touch(string backupId, string? path)
    {
        _backups.Add(backupId);
        if (path is null)
        {
            TouchesSideCar = true;
        }
        else
        {
            TouchesContent = true;
            _paths.Add(path);
        }
    }

    /// <summary>Whether it touches one of these backups.</summary>
    public bool Touches(IReadOnlySet<string> backupIds) => _backups.Overlaps(backupIds);

    public VtTestResult ToResult(VtStore store) => new()
    {
        Store = store.Path,
        StoreId = store.StoreId,
        Kind = kind,
        ObjectName = objectName,
        Hash = [.. Hashes],
        Message = TouchesSideCar && !TouchesContent ? Message + " Only side-cars, which make the next run quick, stand on it: everything can be restored." : Message,
        BackupId = [.. _backups.Order(StringComparer.Ordinal)],
        Path = [.. _paths.Order(StringComparer.Ordinal)],
    };
}
