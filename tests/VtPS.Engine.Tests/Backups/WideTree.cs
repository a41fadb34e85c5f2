using VtPS.Engine.Tests.Support;

namespace VtPS.Engine.Tests.Backups;

/// <summary>A folder <c>src</c> of many names, with directories between files. Every file holds its own path.</summary>
internal static class WideTree
{
    /// <summary>Makes it: every thirteenth name is a directory, empty or of a few files; two more have more entries than a part of the scan.</summary>
    public static void Make(TempFolder temp, int count = 700)
    {
        for (int i = 0; i < count; i++)
        {
            string name = $"src/{i:d4}";
            bool isLong = i is 600 or 612;
            if (!isLong && i % 13 != 0)
            {
                Write(temp, name);
                continue;
            }

            temp.CreateFolder(name);
            for (int j = 0; j < (isLong ? 530 : i % 2 == 0 ? 3 : 0); j++)
            {
                Write(temp, $"{name}/{j:d3}");
            }

            if (isLong)
            {
                Write(temp, $"{name}/300d/deep/er");
                Write(temp, $"{name}/s1/file");
            }
        }

        Write(temp, "src/zz/last");
    }

    /// <summary>A folder and everything in it, depth first, by the order of names.</summary>
    public static List<string> List(TempFolder temp, string path = "src")
    {
        List<string> found = [path];
        foreach (FileSystemInfo each in new DirectoryInfo(temp.Combine(path)).EnumerateFileSystemInfos().OrderBy(each => each.Name, StringComparer.Ordinal))
        {
            string below = $"{path}/{each.Name}";
            found.AddRange(each is DirectoryInfo ? List(temp, below) : [below]);
        }

        return found;
    }

    /// <summary>What this process has open of the folders whose names begin so; of <c>src</c> if none is given.</summary>
    public static List<string> Open(TempFolder temp, params string[] folders)
    {
        List<string> open = [];
        foreach (string descriptor in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (new FileInfo(descriptor).LinkTarget is { } target
                && (folders.Length == 0 ? ["src"] : folders).Any(folder => target.StartsWith(temp.Combine(folder), StringComparison.Ordinal)))
            {
                open.Add(target);
            }
        }

        return open;
    }

    private static void Write(TempFolder temp, string name) => temp.WriteFile(name, name);
}
