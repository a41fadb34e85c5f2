using System.Globalization;

namespace VtPS;

/// <summary>What the views show in place of raw numbers. The properties themselves stay numbers.</summary>
public static class VtFormat
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>A size in decimal units, with one digit after the point from 1 kB on.</summary>
    /// <param name="bytes">The size in bytes; null gives the empty text.</param>
    /// <returns>Such as <c>17 B</c>, <c>1.3 kB</c> or <c>276.6 MB</c>.</returns>
    public static string Size(long? bytes)
    {
        if (bytes is not { } value)
        {
            return string.Empty;
        }

        double size = value;
        int unit = 0;

        // 999.95 would be written 1000.0 of the smaller unit.
        while (Math.Abs(size) >= (unit == 0 ? 1000 : 999.95) && unit < Units.Length - 1)
        {
            size /= 1000;
            unit++;
        }

        return unit == 0
            ? string.Create(CultureInfo.CurrentCulture, $"{value} {Units[0]}")
            : string.Create(CultureInfo.CurrentCulture, $"{size:0.0} {Units[unit]}");
    }

    /// <summary>An id's first eight digits, which name a backup wherever they are unique.</summary>
    /// <param name="id">The id.</param>
    /// <returns>At most eight characters.</returns>
    public static string ShortId(string? id) => id is null ? string.Empty : id.Length <= 8 ? id : id[..8];

    /// <summary>A hash with its function's name and its first sixteen digits.</summary>
    /// <param name="hash">The hash as <c>name:hex</c>.</param>
    /// <returns>The shortened text; the empty text for none.</returns>
    public static string ShortHash(string? hash)
    {
        int colon = hash?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        return hash is null ? string.Empty : hash.Length <= colon + 17 ? hash : hash[..(colon + 17)];
    }

    /// <summary>A time span in its largest fitting unit.</summary>
    /// <param name="duration">The time span.</param>
    /// <returns>Such as <c>0.4 s</c>, <c>3 min 20 s</c> or <c>2 h 5 min</c>.</returns>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 60 } => string.Create(CultureInfo.CurrentCulture, $"{duration.TotalSeconds:0.0} s"),
        { TotalMinutes: < 60 } => string.Create(CultureInfo.CurrentCulture, $"{(int)duration.TotalMinutes} min {duration.Seconds} s"),
        _ => string.Create(CultureInfo.CurrentCulture, $"{(int)duration.TotalHours} h {duration.Minutes} min"),
    };
}
