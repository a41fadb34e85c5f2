namespace VtPS.Module.Tests;

/// <summary>The Pester files of the repository.</summary>
internal static class PesterFiles
{
    /// <summary>The folder they are in.</summary>
    public static string Folder => Repository.PathOf("tests", "Pester");

    /// <summary>Their names, sorted.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Directory.GetFiles(Folder, "*.Tests.ps1").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    /// <summary>Those of one of two lanes that take about as long as each other: RoundTrip takes about as long as a third of the rest.</summary>
    public static IReadOnlyList<string> OfLane(int lane) =>
        [.. All.Where((name, place) => lane == (name.StartsWith("RoundTrip.", StringComparison.Ordinal) || place % 3 == 1 ? 0 : 1))];
}
