using System.Globalization;
using Xunit;

namespace VtPS.Module.Tests;

public sealed class VtFormatTests : IDisposable
{
    private readonly CultureInfo _culture = CultureInfo.CurrentCulture;

    public VtFormatTests() => CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

    public void Dispose() => CultureInfo.CurrentCulture = _culture;

    [Theory]
    [InlineData(0L, "0 B")]
    [InlineData(999L, "999 B")]
    [InlineData(1000L, "1.0 kB")]
    [InlineData(999_949L, "999.9 kB")]
    [InlineData(999_950L, "1.0 MB")]
    [InlineData(276_600_000L, "276.6 MB")]
    [InlineData(3_000_000_000L, "3.0 GB")]
    [InlineData(long.MaxValue, "9.2 EB")]
    public void Sizes_are_decimal(long bytes, string expected) => Assert.Equal(expected, VtFormat.Size(bytes));

    [Fact]
    public void No_size_is_no_text() => Assert.Equal(string.Empty, VtFormat.Size(null));

    [Theory]
    [InlineData("sha256:0123456789abcdef0123", "sha256:0123456789abcdef")]
    [InlineData("sha256:01", "sha256:01")]
    [InlineData(null, "")]
    public void Hashes_are_shortened(string? hash, string expected) => Assert.Equal(expected, VtFormat.ShortHash(hash));

    [Theory]
    [InlineData(0.44, "0.4 s")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(7500, "2 h 5 min")]
    public void Durations_are_readable(double seconds, string expected) => Assert.Equal(expected, VtFormat.Duration(TimeSpan.FromSeconds(seconds)));
}
