using VtPS.Engine.Operations;

namespace VtPS.Engine.Sync;

/// <summary>What became of what a merge asked for.</summary>
/// <param name="Undone">The actions that were not done, by their numbers in the merge's list, from 0.</param>
/// <param name="Problems">The first errors, where they were not told to this side's observer.</param>
internal sealed record ExecuteSummary(IReadOnlyDictionary<int, ActionOutcome> Undone, IReadOnlyList<VtError> Problems);
