namespace VtPS.Engine.Maintenance;

/// <summary>Something that a check found, while it is gathered.</summary>
internal sealed class Finding(VtTestKind kind, string? objectName, string message)
{
    private readonly HashSet<string> _backups = [];
    private readonly HashSet<string> _ofSideCars = [];
    private readonly HashSet<string> _paths = [];

    public VtTestKind Kind => kind;

    public string? ObjectName => objectName;

    public string Message { get; set; } = message;

    public List<string> Hashes { get; } = [];

    /// <summary>Whether a tree or content of a backup is touched, not only a side-car.</summary>
    public bool TouchesContent => _backups.Count > 0;

    /// <summary>Whether a side-car is touched.</summary>
    public bool TouchesSideCar => _ofSideCars.Count > 0;

    /// <summary>Notes a backup that is touched, and the path inside; null for its side-car.</summary>
    public void Touch(string backupId, string? path)
    {
        if (path is null)
        {
            _ofSideCars.Add(backupId);
        }
        else
        {
            _backups.Add(backupId);
            _paths.Add(path);
        }
    }

    /// <summary>Whether it touches one of these backups.</summary>
    public bool Touches(IReadOnlySet<string> backupIds) => _backups.Overlaps(backupIds) || _ofSideCars.Overlaps(backupIds);

    /// <summary>One result or, where the same damage touches the content of some backups and only the side-cars of others, one for each kind.</summary>
    public IEnumerable<VtTestResult> ToResults(VtStore store)
    {
        if (TouchesContent || !TouchesSideCar)
        {
            yield return ToResult(store, Message, _backups, _paths);
        }

        if (_ofSideCars.Except(_backups).Any())
        {
            const string Hint = " Only side-cars of these backups, which make the next run quick, stand on it: everything can be restored.";
            yield return ToResult(store, Message + Hint, _ofSideCars.Except(_backups), []);
        }
    }

    private VtTestResult ToResult(VtStore store, string message, IEnumerable<string> backups, IEnumerable<string> paths) => new()
    {
        Store = store.Path,
        StoreId = store.StoreId,
        Kind = kind,
        ObjectName = objectName,
        Hash = [.. Hashes],
        Message = message,
        BackupId = [.. backups.Order(StringComparer.Ordinal)],
        Path = [.. paths.Order(StringComparer.Ordinal)],
    };
}
