namespace VtPS.Engine.Sync;

/// <summary>What became of an action that was not done.</summary>
/// <param name="Status">Waiting or Failed; Planned where it was never tried.</param>
/// <param name="Reason">Why; null where it was never tried.</param>
internal readonly record struct ActionOutcome(VtSyncActionStatus Status, string? Reason);
