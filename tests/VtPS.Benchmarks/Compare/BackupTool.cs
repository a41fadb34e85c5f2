namespace VtPS.Benchmarks.Compare;

/// <summary>A tool under measurement: the commands for each step.</summary>
internal abstract class BackupTool(string name)
{
    public string Name { get; } = name;

    /// <summary>What the tool's rows are called in the table: the tool, and whether it encrypts.</summary>
    public abstract string Title { get; }

    public abstract string[] Version { get; }

    /// <summary>Environment of every command.</summary>
    public virtual IReadOnlyDictionary<string, string> Environment(string work) => new Dictionary<string, string>();

    public abstract string[] Create(string store);

    public abstract string[] Backup(string store, string tree);

    public abstract string[] Restore(string store, string tree, string target);

    public abstract string[] Check(string store);

    public abstract string[] List(string store);

    /// <summary>Restores one file of the newest backup.</summary>
    public abstract string[] RestoreOne(string store, string tree, string file, string target);

    /// <summary>The working folder of the restoring commands; null: any.</summary>
    public virtual bool RestoresIntoCurrentFolder => false;
}
