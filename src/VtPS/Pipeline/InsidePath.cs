namespace VtPS.Pipeline;

/// <summary>Paths inside a backup.</summary>
internal static class InsidePath
{
    /// <summary>Writes the path of an item so that it means this item only, whatever characters its names have.</summary>
    public static string Escape(string path) => path.Replace("`", "``", StringComparison.Ordinal).Replace("*", "`*", StringComparison.Ordinal)
        .Replace("?", "`?", StringComparison.Ordinal).Replace("[", "`[", StringComparison.Ordinal).Replace("]", "`]", StringComparison.Ordinal);
}
