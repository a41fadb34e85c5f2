using VtPS.Cli.Arguments;

namespace VtPS.Cli.Tests;

public sealed class SizeTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("4096B", 4096)]
    [InlineData("1k", 1024)]
    [InlineData("256KB", 262144)]
    [InlineData("256 kib", 262144)]
    [InlineData("100MB", 104857600)]
    [InlineData("1.5GB", 1610612736)]
    [InlineData("2t", 2199023255552)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void Sizes_are_read_as_PowerShell_counts_them(string text, long bytes)
    {
        Assert.True(SizeText.TryParse(text, out long value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("-1")]
    [InlineData("1XB")]
    [InlineData("12ib")]
    [InlineData("1,5MB")]
    [InlineData("1e3")]
    [InlineData("9223372036854775808")]
    [InlineData("8EB")]
    [InlineData("1 2")]
    public void What_is_no_size_is_refused(string text) => Assert.False(SizeText.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(262144, "262.1 kB")]
    [InlineData(999949, "999.9 kB")]
    [InlineData(999999, "1.0 MB")]
    [InlineData(1500000000, "1.5 GB")]
    [InlineData(long.MaxValue, "9.2 EB")]
    public void Sizes_are_made_readable(long bytes, string text) => Assert.Equal(text, SizeText.Format(bytes));
}
