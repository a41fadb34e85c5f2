using VtPS.Engine.Chunking;
using Xunit;

namespace VtPS.Engine.Tests.Chunking;

public sealed class ChunkerParametersTests
{
    [Theory]
    [InlineData(4096, 1024, 16384)]
    [InlineData(262144, 65536, 1048576)]
    [InlineData(4194304, 1048576, 8388608)]
    [InlineData(8388608, 2097152, 8388608)]
    public void What_is_left_out_follows_the_average(int average, int minimum, int maximum) =>
        Assert.Equal(new ChunkerParameters(minimum, average, maximum), ChunkerParameters.Create(average, null, null));

    [Theory]
    [InlineData(2048, null, null, "4 KiB")]
    [InlineData(16777216, null, null, "8 MiB")]
    [InlineData(5000, null, null, "8 KiB")]
    [InlineData(0, null, null, "4 KiB")]
    [InlineData(-1, null, null, "4 KiB")]
    [InlineData(int.MaxValue, null, null, "8 MiB")]
    [InlineData(4096, 1023, null, "1 KiB")]
    [InlineData(4096, 4097, null, "4 KiB")]
    [InlineData(8192, null, 8191, "8 KiB")]
    [InlineData(8192, null, 8388609, "8 MiB")]
    public void A_length_that_cannot_be_is_refused_and_the_message_says_what_can(int average, int? minimum, int? maximum, string hint)
    {
        VtException e = Assert.Throws<VtException>(() => ChunkerParameters.Create(average, minimum, maximum));
        Assert.Equal(VtErrorId.InvalidArgument, e.ErrorId);
        Assert.Contains(hint, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_limits_themselves_are_taken()
    {
        Assert.Equal(new ChunkerParameters(4096, 4096, 4096), ChunkerParameters.Create(4096, 4096, 4096));
        Assert.Equal(new ChunkerParameters(1024, 8388608, 8388608), ChunkerParameters.Create(8388608, 1024, 8388608));
    }
}
