using System.Diagnostics;

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

    /// <summary>Copies a folder with all that it holds and all that is known of it, to a place where there is none.</summary>
    public static async Task CopyAsync(string from, string to)
    {
        using Process copy = Process.Start("cp", ["-a", from, to]);
        await copy.WaitForExitAsync();
        if (copy.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{from}' could not be copied to '{to}'.");
        }
    }

    /// <summary>All files below, without links and what they lead to.</summary>
    public static IEnumerable<string> FilesIn(string folder) => Directory.EnumerateFiles(
        folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false });

    /// <summary>The bytes of all files below, as their lengths say.</summary>
    public static long SizeOf(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
}
