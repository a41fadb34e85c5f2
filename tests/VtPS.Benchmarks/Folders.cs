namespace VtPS.Benchmarks;

/// <summary>Folders that measurements work in.</summary>
internal static class Folders
{
    /// <summary>Makes an empty folder, in place of what is there.</summary>
    public static void Recreate(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, true);
        }

        Directory.CreateDirectory(folder);
    }

    /// <summary>All files below, without links and what they lead to.</summary>
    public static IEnumerable<string> FilesIn(string folder) => Directory.EnumerateFiles(
        folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false });

    /// <summary>The bytes of all files below, as their lengths say.</summary>
    public static long SizeOf(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
}
