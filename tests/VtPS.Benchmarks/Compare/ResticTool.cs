namespace VtPS.Benchmarks.Compare;

/// <summary>restic, which always encrypts.</summary>
internal sealed class ResticTool() : BackupTool("restic")
{
    public override string Title => "restic (encrypts)";

    public override string[] Version => ["restic", "version"];

    public override IReadOnlyDictionary<string, string> Environment(string work) => new Dictionary<string, string> { ["RESTIC_PASSWORD"] = "benchmark", ["RESTIC_CACHE_DIR"] = Path.Combine(work, "cache-restic") };

    public override string[] Create(string store) => ["restic", "-q", "init", "-r", store];

    public override string[] Backup(string store, string tree) => ["restic", "-q", "backup", "-r", store, tree];

    public override string[] Restore(string store, string tree, string target) => ["restic", "-q", "restore", "latest", "-r", store, "--target", target];

    public override string[] Check(string store) => ["restic", "-q", "check", "--read-data", "-r", store];

    public override string[] List(string store) => ["restic", "-q", "snapshots", "-r", store];

    public override string[] RestoreOne(string store, string tree, string file, string target) => ["restic", "-q", "restore", "latest", "-r", store, "--include", Path.Combine(tree, file), "--target", target];
}
