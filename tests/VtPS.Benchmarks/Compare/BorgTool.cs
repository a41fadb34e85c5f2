namespace VtPS.Benchmarks.Compare;

/// <summary>Borg, without encryption.</summary>
internal sealed class BorgTool() : BackupTool("borg")
{
    private int _archives;

    public override string Title => "Borg (no encryption)";

    public override string[] Version => ["borg", "--version"];

    public override IReadOnlyDictionary<string, string> Environment(string work) => new Dictionary<string, string>
    {
        ["BORG_BASE_DIR"] = Path.Combine(work, "cache-borg"),
        ["BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK"] = "yes",
        ["BORG_RELOCATED_REPO_ACCESS_IS_OK"] = "yes",
    };

    public override bool RestoresIntoCurrentFolder => true;

    public override string[] Create(string store)
    {
        _archives = 0;
        return ["borg", "init", "-e", "none", store];
    }

    public override string[] Backup(string store, string tree) => ["borg", "create", $"{store}::a{++_archives}", tree];

    public override string[] Restore(string store, string tree, string target) => ["borg", "extract", $"{store}::a{_archives}"];

    public override string[] Check(string store) => ["borg", "check", "--verify-data", store];

    public override string[] List(string store) => ["borg", "list", store];

    public override string[] RestoreOne(string store, string tree, string file, string target) => ["borg", "extract", $"{store}::a{_archives}", Path.Combine(tree, file).TrimStart('/')];
}
