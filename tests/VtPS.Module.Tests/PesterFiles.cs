namespace VtPS.Module.Tests;

/// <summary>The Pester files of the repository.</summary>
internal static class PesterFiles
{
    /// <summary>The folder they are in.</summary>
    public static string Folder => Repository.PathOf("tests", "Pester");

    /// <summary>Their names, sorted.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Directory.GetFiles(Folder, "*.Tests.ps1").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
}
