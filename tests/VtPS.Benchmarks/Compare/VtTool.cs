namespace VtPS.Benchmarks.Compare;

/// <summary>vt, with or without encryption.</summary>
internal sealed class VtTool(string vt, bool encrypts) : BackupTool(encrypts ? "vt" : "vt-plain")
{
    public override string Title => encrypts ? "VtPS encrypted" : "VtPS plain";

    public override string[] Version => [vt, "--version"];

    public override IReadOnlyDictionary<string, string> Environment(string work)
    {
        Dictionary<string, string> variables = new() { ["VT_CACHE"] = Path.Combine(work, "cache-vt"), ["VT_CONFIG"] = Path.Combine(work, "config-vt.json") };
        if (encrypts)
        {
            variables["VT_PASSWORD_FILE"] = Path.Combine(work, "password");
        }

        return variables;
    }

    public override string[] Create(string store)
    {
        if (!encrypts)
        {
            return [vt, "init", "--store", store];
        }

        string password = Path.Combine(Path.GetDirectoryName(store)!, "password");
        File.WriteAllText(password, "benchmark\n");
        return [vt, "init", "--store", store, "--password-file", password];
    }

    public override string[] Backup(string store, string tree) => [vt, "backup", tree, "--store", store];

    public override string[] Restore(string store, string tree, string target) => [vt, "restore", "latest", "--to", target, "--store", store];

    public override string[] Check(string store) => [vt, "verify", "--data", "--store", store];

    public override string[] List(string store) => [vt, "backups", "--store", store];

    public override string[] RestoreOne(string store, string tree, string file, string target) => [vt, "restore", $"latest:{Path.GetFileName(tree)}/{file}", "--to", target, "--store", store];
}
