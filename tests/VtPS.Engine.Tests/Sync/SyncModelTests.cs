using VtPS.Engine.Tests.Faults;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>Random edits, topologies, cuts and clocks against a model: 200 rounds in the suite, 10,000 in the long form.</summary>
public sealed class SyncModelTests
{
    private const int RoundsOfAHistory = 25;

    [Fact]
    public async Task RandomEditsAndCutsEndAlikeEverywhereAndLoseNothing()
    {
        int histories = LongRun.Count(200, 10_000) / RoundsOfAHistory;
        for (int i = 0; i < histories; i++)
        {
            int seed = (LongRun.Seed * 100_000) + i;
            using SyncModel model = new(seed);
            try
            {
                await model.BeginAsync();
                for (int round = 0; round < RoundsOfAHistory; round++)
                {
                    await model.RoundAsync();
                }

                await model.CheckAsync();
            }
            catch (Exception e)
            {
                throw new Xunit.Sdk.XunitException($"Seed {seed}: {e.Message}\n{model.Trace}\n{e}");
            }
        }
    }
}
