namespace VtPS.Benchmarks.Compare;

/// <summary>vt, without encryption.</summary>
internal sealed class VtTool(string vt) : BackupTool("vt")
{
    public override string Title => "VtPS plain";

    public override string[] Version => [vt, "--version"];

    public override IReadOnlyDictionary<string, string> Environment(string work) => new Dictionary<string, string> { ["VT_CACHE"] = Path.Combine(work, "cache-vt"), ["VT_CONFIG"] = Path.Combine(work, "config-vt.json") };

    public override string[] Create(string store) => [vt, "init", "--store", store];

    public override string[] Backup(string store, string tree) => [vt, "backup", tree, "--store", store];

    public override string[] Restore(string store, string tree, string target) => [vt, "restore", "latest", "--to", target, "--store", store];

    public override string[] Check(string store) => [vt, "verify", "--data", "--store", store];

    public override string[] List(string store) => [vt, "backups", "--store", store];

    public override string[] RestoreOne(string store, string tree, string file, string target) => [vt, "restore", $"latest:{Path.GetFileName(tree)}/{file}", "--to", target, "--store", store];
}
