using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>The corpus of scenarios: what users do on two or three peers, and where it must end.</summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Names => [.. Scenario.Names()];

    [Theory]
    [MemberData(nameof(Names))]
    public Task AScenarioEndsAsItSays(string name) => Scenario.RunAsync(File.ReadAllText(Path.Join(Scenario.Folder, name + ".txt")));

    [Fact]
    public void TheCorpusHoldsAtLeastSixtyScenarios() => Assert.InRange(Scenario.Names().Count(), 60, 1000);
}
