using System.Globalization;
using System.Text;
using VtPS.Cli.Arguments;
using VtPS.Engine.Operations;

namespace VtPS.Cli.Output;

/// <summary>One line of progress for a terminal: percent, counts, rate, time left, the item in hand.</summary>
internal static class ProgressLine
{
    /// <summary>The line, at most <paramref name="width"/> - 1 columns for plain characters, so that it never wraps.</summary>
    public static string Format(in OperationProgress progress, int width)
    {
        StringBuilder line = new(160);
        line.Append(progress.Activity);
        if (progress.Percent is { } percent)
        {
            line.Append(CultureInfo.InvariantCulture, $" {Math.Clamp(percent, 0, 100):0} %");
        }

        line.Append(CultureInfo.InvariantCulture, $", {progress.ItemsDone:N0}");
        if (progress.ItemsTotal is { } items)
        {
            line.Append(CultureInfo.InvariantCulture, $" of {items:N0}");
        }

        line.Append(" items, ").Append(SizeText.Format(progress.BytesDone));
        if (progress.BytesTotal is { } bytes)
        {
            line.Append(" of ").Append(SizeText.Format(bytes));
        }

        if (progress.Rate > 0)
        {
            line.Append(", ").Append(SizeText.Format((long)progress.Rate)).Append("/s");
        }

        if (progress.Remaining is { } remaining)
        {
            line.Append(CultureInfo.InvariantCulture, $", {(int)remaining.TotalHours}:{remaining.Minutes:00}:{remaining.Seconds:00} left");
        }

        if (progress.CurrentItem is { } item)
        {
            line.Append("  ");
            if (progress.CurrentTotal > 0)
            {
                line.Append(CultureInfo.InvariantCulture, $"{100.0 * progress.CurrentDone / progress.CurrentTotal:0} % of ");
            }

            int room = width - 1 - line.Length;
            line.Append(item.Length <= room ? item : room > 8 ? "…" + item[^(room - 1)..] : "");
        }

        if (line.Length > Math.Max(0, width - 1))
        {
            line.Length = Math.Max(0, width - 1);
        }

        return line.ToString();
    }
}
