namespace VtPS.Cli.Tests;

/// <summary>The folders and files below a folder with their modification times, held in memory.</summary>
internal sealed class FolderCopy
{
    private readonly (string Path, DateTime Time)[] _folders = [];
    private readonly (string Path, DateTime Time, byte[] Content)[] _files = [];

    /// <summary>Holds what is below the folder now; nothing where it is not there.</summary>
    public FolderCopy(string folder)
    {
        if (Directory.Exists(folder))
        {
            DirectoryInfo root = new(folder);
            _folders = [.. root.EnumerateDirectories("*", SearchOption.AllDirectories).Prepend(root).Select(f => (Path.GetRelativePath(folder, f.FullName), f.LastWriteTimeUtc))];
            _files = [.. root.EnumerateFiles("*", SearchOption.AllDirectories).Select(f => (Path.GetRelativePath(folder, f.FullName), f.LastWriteTimeUtc, File.ReadAllBytes(f.FullName)))];
        }
    }

    /// <summary>Writes it all to a folder that need not be there.</summary>
    public void WriteTo(string folder)
    {
        foreach ((string path, _) in _folders)
        {
            Directory.CreateDirectory(Path.Combine(folder, path));
        }

        foreach ((string path, DateTime time, byte[] content) in _files)
        {
            File.WriteAllBytes(Path.Combine(folder, path), content);
            File.SetLastWriteTimeUtc(Path.Combine(folder, path), time);
        }

        // Last, for every file that is made changes its folder's time.
        foreach ((string path, DateTime time) in _folders)
        {
            Directory.SetLastWriteTimeUtc(Path.Combine(folder, path), time);
        }
    }
}
