using System.Globalization;
using VtPS.Cli.Arguments;
using VtPS.Engine.Sync;

namespace VtPS.Cli.Output;

/// <summary>What syncs do and did, as text.</summary>
internal static class SyncText
{
    /// <summary>The rows of <c>--pass-thru</c> and <c>--dry-run</c>.</summary>
    public static RowWriter<VtSyncAction> Rows(OutputWriter output, bool json) =>
        new(output, json ? VtJsonContext.Default.VtSyncAction : null, Format);

    /// <summary>The results of syncs with several peers, for <c>--json</c>.</summary>
    public static RowWriter<VtSyncResult> Results(OutputWriter output) => new(output, VtJsonContext.Default.VtSyncResult, static result => result.ToString());

    /// <summary>The rows of <c>vt history</c>.</summary>
    public static RowWriter<VtHistoryEntry> History(OutputWriter output, bool json) =>
        new(output, json ? VtJsonContext.Default.VtHistoryEntry : null, Format);

    /// <summary>A sync's result in a few lines.</summary>
    public static void Write(OutputWriter output, VtSyncResult done, IReadOnlyList<VtSyncAction> waiting, IReadOnlyList<ContentShare> shares)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        string verb = done.Status == VtBackupStatus.Interrupted ? "Interrupted the sync of" : "Synced";
        output.Line(string.Create(
            culture,
            $"{verb} '{done.Path}' with '{done.Peer}' in {done.Duration.TotalSeconds:0.0} s: {done.LocalActions} actions here, {done.RemoteActions} there, {done.Conflicts} conflicts."));
        if (done.BytesSent + done.BytesReceived > 0)
        {
            output.Line($"Sent {SizeText.Format(done.BytesSent)}, received {SizeText.Format(done.BytesReceived)}.");
        }

        foreach (string line in ShareText.Of(shares))
        {
            output.Line(line);
        }

        foreach (VtSyncAction action in waiting)
        {
            output.Line($"Waiting: {action.Action} {action.Path} ({action.Side}): {action.Reason}");
        }

        if (done.Waiting > waiting.Count)
        {
            output.Line(string.Create(culture, $"{done.Waiting - waiting.Count} entries changed while they were read, and wait for the next sync."));
        }

        if (done.Errors > 0)
        {
            output.Line(string.Create(culture, $"{done.Errors} entries failed; see the errors above."));
        }
    }

    /// <summary>How a tree stands, a line for each thing that there is to say.</summary>
    public static void Write(OutputWriter output, VtStatus status)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        output.Line($"{status.Path}: {status.State}");
        output.Line(string.Create(culture, $"  {status.Entries} entries; with {status.Peer ?? "nobody"} at {status.Time:yyyy-MM-dd HH:mm:ss}"));
        if (status.ItemsTotal > 0)
        {
            output.Line(string.Create(culture, $"  {status.ItemsDone} of {status.ItemsTotal} actions"));
        }

        if (status.BytesTotal > 0)
        {
            string remaining = status.Remaining is { } left ? string.Create(culture, $", {(int)left.TotalHours}:{left.Minutes:00}:{left.Seconds:00} left") : string.Empty;
            output.Line($"  {SizeText.Format(status.BytesDone)} of {SizeText.Format(status.BytesTotal)}, {SizeText.Format((long)status.BytesPerSecond)}/s{remaining}");
        }

        foreach (string merge in status.LastMerge)
        {
            output.Line("  last: " + merge);
        }
    }

    private static string Format(VtSyncAction row)
    {
        string reason = row.Reason is null ? string.Empty : $" ({row.Reason})";
        return $"{row.Action,-8}  {row.Side,-6}  {row.Status,-7}  {Path(row.OldPath, row.Path, row.ItemType)}{reason}";
    }

    private static string Format(VtHistoryEntry row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Time:yyyy-MM-dd HH:mm:ss}  {(row.IsLocal ? "here" : "peer")}  {row.Action,-8}  {row.Author}  {Path(row.OldPath, row.Path, row.ItemType)}");

    private static string Path(string? old, string path, VtItemType type) =>
        (old is null ? string.Empty : old + " -> ") + path + (type == VtItemType.Directory ? "/" : string.Empty);
}
