using System.Text;
using VtPS.Engine.Tests.Support;

namespace VtPS.Engine.Tests.Sync;

/// <summary>A tree of a test's peer: edits as a user makes them, and a look at what is in it.</summary>
internal sealed class SyncTree(string name) : IDisposable
{
    private static readonly DateTime Epoch = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    // In memory where there is such a place: these tests are about what is done, and each sync makes its state durable several times.
    private readonly TempFolder _folder = new(Directory.Exists("/dev/shm") ? "/dev/shm" : null);

    public string Name => name;

    public string Path => _folder.Path;

    /// <summary>How far this peer's clock is off, in seconds.</summary>
    public long ClockOffset { get; set; }

    public string FullPath(string path) => System.IO.Path.Join(_folder.Path, path);

    public void Write(string path, string content, long seconds)
    {
        string full = FullPath(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        SetTime(path, seconds);
    }

    public void SetTime(string path, long seconds) => File.SetLastWriteTimeUtc(FullPath(path), Epoch.AddSeconds(seconds + ClockOffset));

    public void MakeFolder(string path) => Directory.CreateDirectory(FullPath(path));

    public void Link(string path, string target) => File.CreateSymbolicLink(FullPath(path), target);

    public void Delete(string path)
    {
        if (Directory.Exists(FullPath(path)) && new DirectoryInfo(FullPath(path)).LinkTarget is null)
        {
            Directory.Delete(FullPath(path), recursive: true);
        }
        else
        {
            File.Delete(FullPath(path));
        }
    }

    public void Move(string from, string to)
    {
        if (Directory.Exists(FullPath(from)))
        {
            Directory.Move(FullPath(from), FullPath(to));
        }
        else
        {
            File.Move(FullPath(from), FullPath(to), overwrite: true);
        }
    }

    /// <summary>Every entry: <c>path = content</c>, <c>path/</c>, <c>path -> target</c>, sorted.</summary>
    public List<string> List() => [.. Entries().Order(StringComparer.Ordinal)];

    /// <summary>The contents of all files, each once.</summary>
    public HashSet<string> Contents() => [.. Files().Select(f => File.ReadAllText(f.FullName))];

    /// <summary>The mode and time of each file and the mode of each folder, for comparison between peers.</summary>
    public List<string> Attributes() => [.. Infos().Select(i => i.LinkTarget is not null ? i.Name : $"{Relative(i)} {i.UnixFileMode} {(i is FileInfo ? i.LastWriteTimeUtc.Ticks : 0)}").Order(StringComparer.Ordinal)];

    public IEnumerable<FileInfo> Files() => Infos().OfType<FileInfo>().Where(f => f.LinkTarget is null);

    public void Dispose() => _folder.Dispose();

    private IEnumerable<string> Entries()
    {
        foreach (FileSystemInfo info in Infos())
        {
            string path = Relative(info);
            yield return info.LinkTarget is { } target ? $"{path} -> {target}" : info is DirectoryInfo ? path + "/" : $"{path} = {File.ReadAllText(info.FullName)}";
        }
    }

    private IEnumerable<FileSystemInfo> Infos()
    {
        Stack<DirectoryInfo> open = new([new DirectoryInfo(_folder.Path)]);
        while (open.TryPop(out DirectoryInfo? folder))
        {
            foreach (FileSystemInfo info in folder.EnumerateFileSystemInfos())
            {
                if (folder.FullName == _folder.Path && info.Name == ".vt")
                {
                    continue;
                }

                yield return info;
                if (info is DirectoryInfo { LinkTarget: null } inner)
                {
                    open.Push(inner);
                }
            }
        }
    }

    private string Relative(FileSystemInfo info) => System.IO.Path.GetRelativePath(_folder.Path, info.FullName);
}
