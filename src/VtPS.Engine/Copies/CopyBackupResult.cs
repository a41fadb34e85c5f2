namespace VtPS.Engine.Copies;

/// <summary>What a copy did.</summary>
/// <param name="Backups">The backups that the destination has now, in the order of the request.</param>
/// <param name="Failed">How many were not copied, or not removed from the source where they were to be moved; the observer was told why.</param>
/// <param name="BytesStored">The bytes of the data files that were written.</param>
internal sealed record CopyBackupResult(IReadOnlyList<CopiedBackup> Backups, int Failed, long BytesStored);
