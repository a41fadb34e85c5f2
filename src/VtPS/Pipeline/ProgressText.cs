using System.Globalization;
using System.Management.Automation;
using VtPS.Engine.Operations;

namespace VtPS.Pipeline;

/// <summary>Turns the engine's progress into PowerShell's.</summary>
internal static class ProgressText
{
    /// <summary>The record to be shown: activity, items and bytes with their rate, the item in hand, percent and seconds still needed.</summary>
    public static ProgressRecord Record(int activityId, in OperationProgress progress)
    {
        ProgressRecord record = new(activityId, progress.Activity, Status(progress))
        {
            CurrentOperation = Current(progress),
            PercentComplete = progress.Percent is { } percent ? (int)Math.Clamp(percent, 0, 100) : -1,
            SecondsRemaining = progress.Remaining is { } remaining ? (int)Math.Clamp(remaining.TotalSeconds, 0, int.MaxValue) : -1,
        };
        return record;
    }

    private static string Status(in OperationProgress progress)
    {
        string items = progress.ItemsTotal is { } itemsTotal
            ? string.Create(CultureInfo.CurrentCulture, $"{progress.ItemsDone:N0} of {itemsTotal:N0} items")
            : string.Create(CultureInfo.CurrentCulture, $"{progress.ItemsDone:N0} items");
        string bytes = progress.BytesTotal is { } bytesTotal
            ? $"{VtFormat.Size(progress.BytesDone)} of {VtFormat.Size(bytesTotal)}"
            : VtFormat.Size(progress.BytesDone);
        return progress.Rate > 0 ? $"{items}, {bytes}, {VtFormat.Size((long)progress.Rate)}/s" : $"{items}, {bytes}";
    }

    private static string Current(in OperationProgress progress) => progress.CurrentTotal > 0
        ? $"{progress.CurrentItem} ({VtFormat.Size(progress.CurrentDone)} of {VtFormat.Size(progress.CurrentTotal)})"
        : progress.CurrentItem ?? string.Empty;
}
