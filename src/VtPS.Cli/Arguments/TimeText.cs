using System.Globalization;

namespace VtPS.Cli.Arguments;

/// <summary>Dates and times as options take them: ISO 8601, local unless an offset or <c>Z</c> says otherwise.</summary>
internal static class TimeText
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-dd HH:mmK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Reads a date or a time as local time.</summary>
    public static bool TryParse(string text, out DateTime local)
    {
        local = default;
        if (!DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset time))
        {
            return false;
        }

        local = time.LocalDateTime;
        return true;
    }
}
