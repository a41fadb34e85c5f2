namespace VtPS.Engine.Backups;

/// <summary>An earlier backup that a run compares with.</summary>
/// <param name="Backup">The backup.</param>
/// <param name="IsComplete">Whether everything below its root is known to be in the Store.</param>
internal sealed record BaseBackup(VtBackup Backup, bool IsComplete);
