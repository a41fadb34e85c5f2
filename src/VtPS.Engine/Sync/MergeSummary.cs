using VtPS.Engine.Histories;

namespace VtPS.Engine.Sync;

/// <summary>What a merge asks of a tree.</summary>
/// <param name="Knowledge">What the history takes in now.</param>
/// <param name="Actions">What is to be done, as rows.</param>
/// <param name="Needs">The contents that must come from the other side.</param>
/// <param name="Conflicts">The entries whose conflicts were settled.</param>
/// <param name="Entries">Entries in the tree now.</param>
/// <param name="Refused">The names of entries that are otherwise on the other side, where that may not merge.</param>
internal sealed record MergeSummary(
    VersionVector Knowledge, IReadOnlyList<VtSyncAction> Actions, IReadOnlyList<ContentRequest> Needs, IReadOnlyList<NodeId> Conflicts, long Entries, IReadOnlyList<string> Refused);
