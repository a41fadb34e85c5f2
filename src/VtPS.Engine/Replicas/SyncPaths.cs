namespace VtPS.Engine.Replicas;

/// <summary>How the folders of a sync lie to each other.</summary>
internal static class SyncPaths
{
    /// <summary>Whether a path is a folder, or lies in it, as the paths are written.</summary>
    public static bool Contains(string folder, string path) => Slashed(path).StartsWith(Slashed(folder), StringComparison.Ordinal);

    private static string Slashed(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) + Path.DirectorySeparatorChar;
}
