using System.Globalization;
using VtPS.Engine.Backups;
using VtPS.Engine.Copies;
using VtPS.Engine.Restores;
using VtPS.Engine.Sync;

namespace VtPS.Pipeline;

/// <summary>What <c>-WhatIf</c> and <c>-Confirm</c> say of a plan.</summary>
internal static class PlanText
{
    /// <summary>What a backup would do.</summary>
    public static string Of(BackupPlan plan) => string.Create(
        CultureInfo.CurrentCulture,
        $"Back up subset '{plan.Subset}' of host '{plan.HostName}': {plan.FilesNew:N0} new, {plan.FilesChanged:N0} changed and {plan.FilesUnchanged:N0} unchanged files, {plan.Directories:N0} directories, {plan.Others:N0} others; {VtFormat.Size(plan.BytesToRead)} to read");

    /// <summary>What a restore would do.</summary>
    public static string Of(RestorePlan plan, IEnumerable<string> backupIds) => string.Create(
        CultureInfo.CurrentCulture,
        $"Restore {plan.Files:N0} files ({VtFormat.Size(plan.Bytes)}), {plan.Directories:N0} directories and {plan.Others:N0} others from backup {string.Join(", ", backupIds)}");

    /// <summary>What the copy of one backup would do.</summary>
    public static string Of(CopyPlan plan, string destination, bool isMove) => (isMove ? "Move" : "Copy") + string.Create(
        CultureInfo.CurrentCulture,
        $" to '{destination}': {(plan.Existing ? "it is there" : string.Create(CultureInfo.CurrentCulture, $"{plan.Blocks:N0} blocks to send ({VtFormat.Size(plan.Bytes)}) of {plan.Backup.FileCount:N0} files ({VtFormat.Size(plan.Backup.BytesTotal)})"))}");

    /// <summary>What a sync with one peer would do.</summary>
    public static string Of(SyncPlan plan) => string.Create(
        CultureInfo.CurrentCulture,
        $"Sync: {Side(plan, VtSyncSide.Local)} here, {Side(plan, VtSyncSide.Remote)} there; {plan.Conflicts:N0} conflicts; {VtFormat.Size(plan.BytesToFetch)} to fetch, {VtFormat.Size(plan.BytesToSend)} to send");

    private static string Side(SyncPlan plan, VtSyncSide side)
    {
        IEnumerable<string> counts = plan.Actions.Where(action => action.Side == side).CountBy(action => action.Action).OrderBy(kind => kind.Key)
            .Select(kind => string.Create(CultureInfo.CurrentCulture, $"{kind.Key} {kind.Value:N0}"));
        return string.Join(", ", counts) is { Length: > 0 } text ? text : "nothing";
    }
}
