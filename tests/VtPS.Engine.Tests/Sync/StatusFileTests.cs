using System.Text.Json.Nodes;
using VtPS.Engine.Sync;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

public sealed class StatusFileTests
{
    [Theory]
    [InlineData(90, 90)]
    [InlineData(1e15, 1e8)]
    public async Task A_sync_that_has_hardly_begun_has_a_status_too(double written, double shown)
    {
        using SyncWorld world = new("A", "B");
        world["A"].Write("a", "1", 0);
        await world.SyncAsync("A", "B");
        string file = world["A"].FullPath(".vt/status.json");
        JsonNode status = JsonNode.Parse(File.ReadAllText(file))!;
        status["remainingSeconds"] = written;
        File.WriteAllText(file, status.ToJsonString());

        Assert.Equal(TimeSpan.FromSeconds(shown), StatusFile.Read(world["A"].Path).Remaining);
    }
}
