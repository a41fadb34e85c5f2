using VtPS.Cli.Output;
using VtPS.Engine.Operations;

namespace VtPS.Cli.Tests;

public sealed class ProgressLineTests
{
    private static readonly OperationProgress Progress = new()
    {
        Activity = "Backing up",
        ItemsDone = 1234,
        ItemsTotal = 5000,
        BytesDone = 3_000_000,
        BytesTotal = 10_000_000,
        CurrentItem = "src/a/very/long/path/to/a/file",
        CurrentDone = 1,
        CurrentTotal = 4,
        Rate = 1_000_000,
        Remaining = TimeSpan.FromSeconds(67),
        Percent = 30.4,
    };

    [Fact]
    public void A_wide_line_says_everything() => Assert.Equal(
        "Backing up 30 %, 1,234 of 5,000 items, 3.0 MB of 10.0 MB, 1.0 MB/s, 0:01:07 left  25 % of src/a/very/long/path/to/a/file",
        ProgressLine.Format(Progress, 200));

    [Theory]
    [InlineData(110)]
    [InlineData(80)]
    [InlineData(20)]
    [InlineData(1)]
    [InlineData(0)]
    public void A_line_never_reaches_the_last_column(int width) => Assert.True(ProgressLine.Format(Progress, width).Length <= Math.Max(0, width - 1));

    [Fact]
    public void What_is_not_known_is_left_out() =>
        Assert.Equal("Restoring, 0 items, 0 B", ProgressLine.Format(new OperationProgress { Activity = "Restoring" }, 80));
}
