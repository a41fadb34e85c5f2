using System.Globalization;
using VtPS.Engine.Backups;
using VtPS.Engine.Copies;
using VtPS.Engine.Restores;

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
}
