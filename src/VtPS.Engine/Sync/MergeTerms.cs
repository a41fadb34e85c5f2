using VtPS.Engine.Histories;

namespace VtPS.Engine.Sync;

/// <summary>How a peer takes in a history.</summary>
/// <param name="Policy">What becomes of conflicts.</param>
/// <param name="Local">What the side that <see cref="VtConflictPolicy.Local"/> means knew before.</param>
/// <param name="Conflicts">The entries whose conflicts the other side has settled.</param>
/// <param name="IsRefused">Whether the other side may not merge: its history is only looked at, to tell what is refused.</param>
internal sealed record MergeTerms(VtConflictPolicy Policy, VersionVector Local, IReadOnlyList<NodeId> Conflicts, bool IsRefused = false);
