using System.Globalization;
using Xunit;

namespace VtPS.Engine.Tests.Backups;

public sealed class VtAgeTests
{
    [Theory]
    [InlineData("36h", "36h")]
    [InlineData("30d", "30d")]
    [InlineData("8w", "56d")]
    [InlineData("6m", "6m")]
    [InlineData("1y", "1y")]
    [InlineData("1y6m", "1y6m")]
    [InlineData(" 1Y 2M 3w 4D 5h ", "1y2m25d5h")]
    [InlineData("18m", "1y6m")]
    [InlineData("1.12:30:00", "1.12:30:00")]
    [InlineData("2.00:00:00", "48h")]
    public void TextIsReadAndWrittenBack(string text, string form)
    {
        VtAge age = VtAge.Parse(text);

        Assert.Equal(form, age.ToString());
        Assert.Equal(age, VtAge.Parse(form));
        Assert.Equal(age, new VtAge(text));
    }

    [Theory]
    [InlineData("365")]
    [InlineData("1y30")]
    [InlineData("")]
    [InlineData("0d")]
    [InlineData("-3d")]
    [InlineData("3x")]
    [InlineData("d")]
    [InlineData("1d1w")]
    [InlineData("1d1d")]
    [InlineData("99999999999999d")]
    [InlineData("20000y")]
    [InlineData("00:00:00")]
    [InlineData("1.5d")]
    public void WhatIsNoAgeIsRefused(string text) => Assert.Throws<FormatException>(() => VtAge.Parse(text));

    [Fact]
    public void ABareNumberIsRefusedWhateverItsType()
    {
        Assert.Contains("no unit", Assert.Throws<FormatException>(() => new VtAge(365)).Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => new VtAge(365L));
        Assert.Throws<FormatException>(() => new VtAge(36.5));
        Assert.Throws<FormatException>(() => new VtAge(TimeSpan.Zero));
    }

    // Worked by hand. Europe/Berlin 2026: clocks go forward on 29 March at 02:00 and back on 25 October at 03:00. America/New_York: 8 March at 02:00, 1 November at 02:00.
    [Theory]
    [InlineData("1m", "Europe/Berlin", "2026-03-31T12:00:00+02:00", "2026-02-28T12:00:00+01:00")]
    [InlineData("1m", "Europe/Berlin", "2024-03-31T12:00:00+02:00", "2024-02-29T12:00:00+01:00")]
    [InlineData("1m", "Europe/Berlin", "2026-05-31T12:00:00+02:00", "2026-04-30T12:00:00+02:00")]
    [InlineData("1m", "Europe/Berlin", "2026-01-31T12:00:00+01:00", "2025-12-31T12:00:00+01:00")]
    [InlineData("1y", "Europe/Berlin", "2024-02-29T12:00:00+01:00", "2023-02-28T12:00:00+01:00")]
    [InlineData("4y", "Europe/Berlin", "2028-02-29T12:00:00+01:00", "2024-02-29T12:00:00+01:00")]
    [InlineData("1d", "Europe/Berlin", "2026-03-29T12:00:00+02:00", "2026-03-28T12:00:00+01:00")]
    [InlineData("24h", "Europe/Berlin", "2026-03-29T12:00:00+02:00", "2026-03-28T11:00:00+01:00")]
    [InlineData("1d", "Europe/Berlin", "2026-03-30T02:30:00+02:00", "2026-03-29T03:00:00+02:00")]
    [InlineData("1d", "Europe/Berlin", "2026-10-26T02:30:00+01:00", "2026-10-25T02:30:00+02:00")]
    [InlineData("24h", "Europe/Berlin", "2026-10-25T12:00:00+01:00", "2026-10-24T13:00:00+02:00")]
    [InlineData("1d", "America/New_York", "2026-03-08T12:00:00-04:00", "2026-03-07T12:00:00-05:00")]
    [InlineData("1d", "America/New_York", "2026-03-09T02:30:00-04:00", "2026-03-08T03:00:00-04:00")]
    [InlineData("1d", "America/New_York", "2026-11-02T01:30:00-05:00", "2026-11-01T01:30:00-04:00")]
    [InlineData("1w", "America/New_York", "2026-11-05T12:00:00-05:00", "2026-10-29T12:00:00-04:00")]
    [InlineData("1d2h", "Europe/Berlin", "2026-03-29T12:00:00+02:00", "2026-03-28T10:00:00+01:00")]
    public void AgesAreCountedOnTheCalendarOfTheZone(string age, string zone, string now, string before)
    {
        DateTimeOffset moment = VtAge.Parse(age).Before(Time(now), TimeZoneInfo.FindSystemTimeZoneById(zone));

        Assert.Equal(Time(before).UtcDateTime, moment.UtcDateTime);
    }

    [Fact]
    public void AnAgeBeyondTheCalendarReachesToItsBeginning() =>
        Assert.True(VtAge.Parse("9999y").Before(Time("2026-01-01T00:00:00Z"), TimeZoneInfo.Utc) <= Time("0001-01-02T00:00:00Z"));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
