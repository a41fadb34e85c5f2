namespace VtPS.Engine.Histories;

/// <summary>What one history has and another lacks.</summary>
/// <param name="Knowledge">What whoever takes the records in knows then.</param>
/// <param name="Records">The records.</param>
internal sealed record HistoryPart(VersionVector Knowledge, IReadOnlyList<NodeRecord> Records);
