using System.Text;
using VtPS.Engine.IO;

namespace VtPS.Engine.Tests.Support;

/// <summary>A fresh folder of its own name, removed with all it holds: odd names, long paths and read-only directories too.</summary>
internal sealed class TempFolder : IDisposable
{
    /// <summary>Makes the folder.</summary>
    /// <param name="parent">Where; null for the system's folder for temporary files.</param>
    public TempFolder(string? parent = null)
    {
        Path = System.IO.Path.Combine(parent ?? System.IO.Path.GetTempPath(), "vtps-test-" + Guid.NewGuid().ToString("n")[..12]);
        Directory.CreateDirectory(Path);
    }

    /// <summary>Its absolute path.</summary>
    public string Path { get; }

    /// <summary>The same as bytes.</summary>
    public byte[] PathBytes => FileSystem.Current.GetBytes(Path);

    /// <summary>The path of something in it.</summary>
    public string Combine(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    /// <summary>The same as bytes.</summary>
    public byte[] CombineBytes(params string[] names) => FileSystem.Current.GetBytes(Combine(names));

    /// <summary>Writes a text file, with the folders on the way, and returns its path.</summary>
    public string WriteFile(string name, string text) => WriteFile(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a file, with the folders on the way, and returns its path.</summary>
    public string WriteFile(string name, byte[] content)
    {
        string path = Combine(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Makes a folder in it and returns its path.</summary>
    public string CreateFolder(string name) => Directory.CreateDirectory(Combine(name)).FullName;

    /// <summary>Opens it.</summary>
    public DirectoryHandle Open() => FileSystem.Current.OpenDirectory(PathBytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.Delete(Path, recursive: true);
            return;
        }

        byte[] parent = FileSystem.Current.GetBytes(System.IO.Path.GetDirectoryName(Path)!);
        using DirectoryHandle handle = FileSystem.Current.OpenDirectory(parent);
        TreeRemover.Remove(handle, FileSystem.Current.GetBytes(System.IO.Path.GetFileName(Path)));
    }
}
