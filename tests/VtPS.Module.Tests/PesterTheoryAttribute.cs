using Xunit;

namespace VtPS.Module.Tests;

/// <summary>
/// A theory of one case a Pester file. Where PowerShell with Pester is not found it is one skipped test whose display name says
/// how many files were not run, for that name is all that <c>dotnet test</c> prints of a skipped test.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PesterTheoryAttribute : TheoryAttribute
{
    /// <param name="lane">Whose files the theory runs; see <see cref="PesterFiles.OfLane"/>.</param>
    public PesterTheoryAttribute(int lane)
    {
        if (!PowerShellHost.IsAvailable)
        {
            DisplayName = $"{PesterFiles.OfLane(lane).Count} Pester files not run: PowerShell 7.6+ with Pester not found";
            Skip = DisplayName;
        }
    }
}
