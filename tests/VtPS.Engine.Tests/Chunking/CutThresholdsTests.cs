using VtPS.Engine.Chunking;
using Xunit;

namespace VtPS.Engine.Tests.Chunking;

public sealed class CutThresholdsTests
{
    // Computed apart from this program, in decimal numbers of 60 digits; the thresholds are part of the format.
    [Theory]
    [InlineData(4096, 1072471u)]
    [InlineData(8192, 536339u)]
    [InlineData(16384, 268196u)]
    [InlineData(32768, 134105u)]
    [InlineData(65536, 67054u)]
    [InlineData(131072, 33528u)]
    [InlineData(262144, 16764u)]
    [InlineData(524288, 8382u)]
    [InlineData(1048576, 4191u)]
    [InlineData(2097152, 2096u)]
    [InlineData(4194304, 986u)]
    [InlineData(8388608, 317u)]
    public void The_thresholds_of_each_average_are_those_of_the_format(int average, uint threshold) =>
        Assert.Equal(new CutThresholds(threshold, 2 * threshold), CutThresholds.For(ChunkerParameters.Create(average, null, null)));

    [Theory]
    [InlineData(4096, 4096, 65536, 279490u)]
    [InlineData(1024, 4096, 4096, 649479u)]
    [InlineData(1024, 65536, 65536, 30907u)]
    [InlineData(1024, 8388608, 8388608, 238u)]
    [InlineData(4096, 4096, 4096, 1u)]
    public void Lengths_near_one_another_have_theirs_too(int minimum, int average, int maximum, uint threshold) =>
        Assert.Equal(threshold, CutThresholds.For(new ChunkerParameters(minimum, average, maximum)).Early);

    [Fact]
    public void The_mean_comes_within_a_thousandth_of_the_average_where_the_limits_allow()
    {
        for (int average = ChunkerParameters.LowestAverage; average <= 4 << 20; average *= 2)
        {
            ChunkerParameters parameters = ChunkerParameters.Create(average, null, null);
            Assert.InRange(CutThresholds.Mean(parameters, CutThresholds.For(parameters).Early) / average, 0.999, 1.0);
        }
    }
}
