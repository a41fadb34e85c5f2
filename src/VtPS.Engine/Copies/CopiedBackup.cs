namespace VtPS.Engine.Copies;

/// <summary>A backup that the destination has.</summary>
/// <param name="Backup">The backup as it stands there.</param>
/// <param name="Existing">Whether it was there before, with everything below it: nothing was stored.</param>
/// <param name="Moved">Whether the source's was removed.</param>
/// <param name="Blocks">Blocks that were copied for it.</param>
/// <param name="Bytes">Their length before compression.</param>
internal sealed record CopiedBackup(VtBackup Backup, bool Existing, bool Moved, long Blocks, long Bytes);
