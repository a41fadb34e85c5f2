namespace VtPS.Engine.Copies;

/// <summary>What the copy of one backup would do.</summary>
/// <param name="Backup">The backup in the source.</param>
/// <param name="Existing">Whether the destination has it, with everything below it.</param>
/// <param name="Blocks">Blocks that it lacks, those not counted that an earlier backup of the same plan brings.</param>
/// <param name="Bytes">Their length before compression, as far as references tell: those of indirect blocks do not.</param>
internal sealed record CopyPlan(VtBackup Backup, bool Existing, long Blocks, long Bytes);
