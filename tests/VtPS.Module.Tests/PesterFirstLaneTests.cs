using Xunit;

namespace VtPS.Module.Tests;

/// <summary>The Pester files of the first lane.</summary>
public sealed class PesterFirstLaneTests : PesterRun
{
    private const int Lane = 0;

    public static TheoryData<string> Files => [.. PesterFiles.OfLane(Lane)];

    [PesterTheory(Lane)]
    [MemberData(nameof(Files))]
    public void Pester_file_passes(string file) => AssertPasses(file);
}
