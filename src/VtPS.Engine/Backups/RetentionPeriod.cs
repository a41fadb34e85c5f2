using System.Globalization;

namespace VtPS.Engine.Backups;

/// <summary>A rule that keeps the newest backup of each of the last so many periods that have one. For one group, newest first.</summary>
/// <param name="name">The rule's name.</param>
/// <param name="count">How many periods.</param>
/// <param name="format">The period that a local time lies in, as text.</param>
internal sealed class RetentionPeriod(string name, int count, Func<DateTimeOffset, string> format)
{
    private string? _last;
    private int _used;

    /// <summary>The rules of a policy that count periods.</summary>
    public static List<RetentionPeriod> Of(RetentionPolicy policy) =>
    [
        // An hour that comes twice when the clocks go back is two hours: the offset tells them apart.
        new("hourly", policy.KeepHourly ?? 0, static t => t.ToString("yyyy-MM-dd HH'h' zzz", CultureInfo.InvariantCulture)),
        new("daily", policy.KeepDaily ?? 0, static t => t.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        new("weekly", policy.KeepWeekly ?? 0, static t => string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(t.DateTime):0000}-W{ISOWeek.GetWeekOfYear(t.DateTime):00}")),
        new("monthly", policy.KeepMonthly ?? 0, static t => t.ToString("yyyy-MM", CultureInfo.InvariantCulture)),
        new("yearly", policy.KeepYearly ?? 0, static t => t.ToString("yyyy", CultureInfo.InvariantCulture)),
    ];

    /// <summary>Looks at the next older backup; the reason to keep it, or null.</summary>
    public string? Take(DateTimeOffset local)
    {
        if (_used >= count)
        {
            return null;
        }

        string period = format(local);
        if (period == _last)
        {
            return null;
        }

        _last = period;
        _used++;
        return string.Create(CultureInfo.InvariantCulture, $"{name} {_used} of {count}: {period}");
    }
}
