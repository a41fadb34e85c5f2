using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>What a repair would save.</summary>
/// <param name="DataFiles">Data files that are damaged anywhere, with their lengths in bytes.</param>
/// <param name="Trash">Trash objects that cannot be understood.</param>
/// <param name="Amendments">Amendments that cannot be read, with the newest state of the backup that can.</param>
internal sealed record RepairPlan(IReadOnlyList<(DataFileId File, long Length)> DataFiles, IReadOnlyList<string> Trash, IReadOnlyList<(VtBackup Before, long Number)> Amendments)
{
    /// <summary>Whether there is nothing to save.</summary>
    public bool IsEmpty => DataFiles.Count + Trash.Count + Amendments.Count == 0;
}
