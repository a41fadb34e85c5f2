using VtPS.Engine.Chunking;
using Xunit;

namespace VtPS.Engine.Tests.Chunking;

public sealed class CutThresholdsTests
{
    // Computed apart from this program, in decimal numbers of 60 digits; the thresholds are part of the format.
    [Theory]
    [InlineData(4096, 912436u)]
    [InlineData(8192, 456319u)]
    [InlineData(16384, 228185u)]
    [InlineData(32768, 114099u)]
    [InlineData(65536, 57051u)]
    [InlineData(131072, 28526u)]
    [InlineData(262144, 14264u)]
    [InlineData(524288, 7132u)]
    [InlineData(1048576, 3566u)]
    [InlineData(2097152, 1783u)]
    [InlineData(4194304, 862u)]
    [InlineData(8388608, 317u)]
    public void The_thresholds_of_each_average_are_those_of_the_format(int average, uint threshold) =>
        Assert.Equal(new CutThresholds(threshold, 3 * threshold), CutThresholds.For(ChunkerParameters.Create(average, null, null)));

    [Theory]
    [InlineData(4096, 4096, 65536, 186327u)]
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
