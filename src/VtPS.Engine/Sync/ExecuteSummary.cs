using VtPS.Engine.Operations;

namespace VtPS.Engine.Sync;

/// <summary>What became of what a merge asked for.</summary>
/// <param name="Actions">The actions, as rows.</param>
/// <param name="Problems">The first errors, where they were not told to this side's observer.</param>
internal sealed record ExecuteSummary(IReadOnlyList<VtSyncAction> Actions, IReadOnlyList<VtError> Problems);
