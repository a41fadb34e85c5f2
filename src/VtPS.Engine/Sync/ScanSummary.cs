using VtPS.Engine.Histories;
using VtPS.Engine.Operations;

namespace VtPS.Engine.Sync;

/// <summary>What a peer's scan found.</summary>
/// <param name="Knowledge">What its history takes in now.</param>
/// <param name="IsUnsettled">Whether its history may hold something that a merge has to settle.</param>
/// <param name="Changes">Changes since the last scan.</param>
/// <param name="Entries">Entries in the tree.</param>
/// <param name="Waiting">Entries that changed while they were read.</param>
/// <param name="Errors">Entries that could not be read.</param>
/// <param name="Problems">The first of the errors, where they were not told to this side's observer.</param>
internal sealed record ScanSummary(VersionVector Knowledge, bool IsUnsettled, long Changes, long Entries, long Waiting, long Errors, IReadOnlyList<VtError> Problems);
