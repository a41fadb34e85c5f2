namespace VtPS.Engine.Tests.Faults.Models;

/// <summary>
/// What a player was promised: each backup that was reported, with what it must hold. A file a backup in a folder, so that it outlives a player that is killed.
/// </summary>
internal sealed class ModelMemory
{
    private readonly string _folder;
    private readonly string _unfinished;

    public ModelMemory(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        _unfinished = folder + ".tmp";
    }

    /// <summary>The ids of the backups, in the order of their ids.</summary>
    public List<string> Ids => [.. Directory.GetFiles(_folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    /// <summary>What a backup must hold.</summary>
    public string this[string id] => File.ReadAllText(Path.Combine(_folder, id));

    public void Promise(string id, string content)
    {
        File.WriteAllText(_unfinished, content);
        File.Move(_unfinished, Path.Combine(_folder, id));
    }

    /// <summary>From here on nothing is promised of a backup any more.</summary>
    public void Forget(string id) => File.Delete(Path.Combine(_folder, id));
}
