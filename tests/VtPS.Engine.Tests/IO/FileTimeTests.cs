using VtPS.Engine.IO;
using Xunit;

namespace VtPS.Engine.Tests.IO;

public sealed class FileTimeTests
{
    [Fact]
    public void Times_are_ordered_also_before_1970()
    {
        FileTime[] ordered = [new(-2, 0), new(-2, 5), new(-1, 999999999), new(0, 0), new(0, 1), new(1, 0)];
        Assert.Equal(ordered, ordered.Reverse().Order());
    }

    [Fact]
    public void Total_nanoseconds_are_counted_down_from_1970_and_stop_at_the_ends()
    {
        Assert.Equal(-1, new FileTime(-1, 999999999).TotalNanoseconds);
        Assert.Equal(1000000001, new FileTime(1, 1).TotalNanoseconds);
        Assert.Equal(long.MaxValue, new FileTime(long.MaxValue, 0).TotalNanoseconds);
        Assert.Equal(long.MinValue, new FileTime(long.MinValue, 0).TotalNanoseconds);
    }

    [Fact]
    public void Local_time_is_the_same_moment_and_stops_at_the_ends()
    {
        Assert.Equal(new DateTime(1969, 12, 31, 23, 59, 59, DateTimeKind.Utc).AddTicks(9999999), new FileTime(-1, 999999999).ToLocalTime().ToUniversalTime());
        Assert.Equal(DateTime.MaxValue, new FileTime(long.MaxValue, 0).ToLocalTime());
        Assert.Equal(DateTime.MinValue, new FileTime(long.MinValue, 0).ToLocalTime());
    }

    [Fact]
    public void Now_is_now() => Assert.InRange((DateTime.Now - FileTime.Now.ToLocalTime()).TotalSeconds, -60, 60);
}
