using System.Globalization;

namespace VtPS;

/// <summary>
/// How old something may be: years, months and days of the calendar, and hours. Its text form is numbers with units, the largest first:
/// <c>36h</c>, <c>30d</c>, <c>8w</c>, <c>6m</c> (months), <c>1y</c>, or several together, <c>1y6m</c>. A number without a unit is refused.
/// Immutable and safe for use by many threads.
/// </summary>
/// <remarks>
/// Years, months, weeks and days are counted on the local calendar, so that a day on which the clocks change is a day; where a month is too short, its last day counts.
/// Hours, and all of an age made from a <see cref="TimeSpan"/>, are exact time.
/// </remarks>
public sealed class VtAge : IEquatable<VtAge>
{
    private const string Units = "ymwdh";

    private readonly int _months;
    private readonly int _days;
    private readonly TimeSpan _time;

    /// <summary>Reads the text form, as <see cref="Parse"/> does; PowerShell binds strings by this.</summary>
    /// <param name="text">Numbers with units.</param>
    /// <exception cref="FormatException">The text is not an age.</exception>
    public VtAge(string text)
    {
        VtAge parsed = Parse(text);
        (_months, _days, _time) = (parsed._months, parsed._days, parsed._time);
    }

    /// <summary>Makes an age of exact time.</summary>
    /// <param name="time">How long; more than nothing.</param>
    /// <exception cref="FormatException">The time is not more than nothing.</exception>
    public VtAge(TimeSpan time)
        : this(0, 0, time)
    {
        if (time <= TimeSpan.Zero)
        {
            throw new FormatException($"'{time}' is not an age: an age is longer than nothing.");
        }
    }

    /// <summary>Refuses a bare number: as a time span it would be a count of ten-millionths of a second.</summary>
    /// <param name="number">The number.</param>
    /// <exception cref="FormatException">Always.</exception>
    public VtAge(long number)
        : this(0, 0, TimeSpan.Zero) =>
        throw NoUnit(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Refuses a bare number, as <see cref="VtAge(long)"/> does.</summary>
    /// <param name="number">The number.</param>
    /// <exception cref="FormatException">Always.</exception>
    public VtAge(double number)
        : this(0, 0, TimeSpan.Zero) =>
        throw NoUnit(number.ToString(CultureInfo.InvariantCulture));

    private VtAge(int months, int days, TimeSpan time) => (_months, _days, _time) = (months, days, time);

    /// <summary>Reads the text form.</summary>
    /// <param name="text">Numbers with units, each unit once, the larger before the smaller; or a time span such as <c>1.12:00:00</c>.</param>
    /// <returns>The age.</returns>
    /// <exception cref="FormatException">The text is not an age; the message says what is.</exception>
    public static VtAge Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (rest.Contains(':') && TimeSpan.TryParse(rest, CultureInfo.InvariantCulture, out TimeSpan time))
        {
            return new VtAge(time);
        }

        long months = 0;
        long days = 0;
        long hours = 0;
        int last = -1;
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits < 0)
            {
                throw NoUnit(text);
            }

            int unit = Units.IndexOf(char.ToLowerInvariant(rest[digits]), StringComparison.Ordinal);
            if (unit <= last || !int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                throw Refused(text);
            }

            switch (unit)
            {
                case 0: months += 12L * number; break;
                case 1: months += number; break;
                case 2: days += 7L * number; break;
                case 3: days += number; break;
                default: hours = number; break;
            }

            last = unit;
            rest = rest[(digits + 1)..].TrimStart();
        }

        // Beyond ten thousand years there is no calendar to count on.
        return (months, days, hours) is (0, 0, 0) || months > 120_000 || days > 3_650_000 || hours > 87_600_000
            ? throw Refused(text)
            : new VtAge((int)months, (int)days, TimeSpan.FromHours(hours));
    }

    /// <summary>The moment that is this much before another, on the calendar of a zone. A time that the clocks passed over becomes the moment of the change; one that came twice, the earlier.</summary>
    internal DateTimeOffset Before(DateTimeOffset now, TimeZoneInfo zone)
    {
        if (_months == 0 && _days == 0)
        {
            return now.UtcTicks - DateTimeOffset.MinValue.UtcTicks > _time.Ticks ? now.ToUniversalTime() - _time : DateTimeOffset.MinValue;
        }

        DateTime local;
        try
        {
            local = DateTime.SpecifyKind(TimeZoneInfo.ConvertTime(now, zone).DateTime, DateTimeKind.Unspecified).AddMonths(-_months).AddDays(-_days);
        }
        catch (ArgumentOutOfRangeException)
        {
            return DateTimeOffset.MinValue;
        }

        if (local.Ticks < TimeSpan.TicksPerDay * 2)
        {
            return DateTimeOffset.MinValue;
        }

        while (zone.IsInvalidTime(local))
        {
            // To the next whole minute: the clocks change on one.
            local = new DateTime((local.Ticks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute) + TimeSpan.TicksPerMinute);
        }

        TimeSpan offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime() - _time;
    }

    /// <inheritdoc/>
    public bool Equals(VtAge? other) => other is not null && (_months, _days, _time) == (other._months, other._days, other._time);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VtAge);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_months, _days, _time);

    /// <summary>The text form.</summary>
    /// <returns>The text form, which <see cref="Parse"/> reads back.</returns>
    public override string ToString()
    {
        if (_time.Ticks % TimeSpan.TicksPerHour != 0)
        {
            return _time.ToString("c", CultureInfo.InvariantCulture);
        }

        string text = string.Empty;
        foreach ((long number, char unit) in ((long, char)[])[(_months / 12, 'y'), (_months % 12, 'm'), (_days, 'd'), ((long)_time.TotalHours, 'h')])
        {
            if (number > 0)
            {
                text += string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");
            }
        }

        return text;
    }

    private static FormatException NoUnit(string text) =>
        new($"'{text}' is not an age: it has no unit. Write 36h, 30d, 8w, 6m (months) or 1y, or give a time span.");

    private static FormatException Refused(string text) =>
        new($"'{text}' is not an age. Write 36h, 30d, 8w, 6m (months) or 1y, several together with the largest first (1y6m), or give a time span.");
}
