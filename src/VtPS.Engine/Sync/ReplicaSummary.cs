using VtPS.Engine.Histories;

namespace VtPS.Engine.Sync;

/// <summary>What a peer says of its tree before anything is done.</summary>
/// <param name="Path">The tree's path there.</param>
/// <param name="Replica">Its replica id.</param>
/// <param name="Group">Its group; zero for a tree that was never synced.</param>
/// <param name="GroupName">Its group's name; empty where it has none.</param>
/// <param name="Knowledge">What its history takes in.</param>
/// <param name="Entries">How many entries it had at its last sync.</param>
internal sealed record ReplicaSummary(string Path, ulong Replica, Identity Group, string GroupName, VersionVector Knowledge, long Entries);
