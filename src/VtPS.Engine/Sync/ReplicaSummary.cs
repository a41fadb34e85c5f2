using VtPS.Engine.Groups;
using VtPS.Engine.Histories;

namespace VtPS.Engine.Sync;

/// <summary>What a peer says of its tree before anything is done.</summary>
/// <param name="Path">The tree's path there.</param>
/// <param name="Replica">Its replica id.</param>
/// <param name="Group">Its group; zero for a tree that was never synced.</param>
/// <param name="GroupName">Its group's name; empty where it has none.</param>
/// <param name="Knowledge">What its history takes in.</param>
/// <param name="Entries">How many entries it had at its last sync.</param>
/// <param name="Host">The name of its machine.</param>
/// <param name="GroupFile">What its <c>.vtgroup</c> holds; empty where there is none.</param>
internal sealed record ReplicaSummary(string Path, ulong Replica, Identity Group, string GroupName, VersionVector Knowledge, long Entries, string Host, ReadOnlyMemory<byte> GroupFile)
{
    /// <summary>The replica as a member of its group.</summary>
    public GroupMember Member => new(Replica, Host, Path);

    /// <exception cref="VtException">InvalidArgument: it cannot be understood.</exception>
    public GroupFile? ReadGroup() => Groups.GroupFile.Parse($"{Member.Place}/{Groups.GroupFile.Name}", GroupFile.Span);
}
