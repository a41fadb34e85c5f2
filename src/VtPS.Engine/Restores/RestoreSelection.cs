namespace VtPS.Engine.Restores;

/// <summary>A part of a backup.</summary>
/// <param name="Backup">The backup.</param>
/// <param name="Paths">Inside paths in the escaped text form, wildcards allowed in every name; empty: all of it.</param>
internal sealed record RestoreSelection(VtBackup Backup, IReadOnlyList<string> Paths);
