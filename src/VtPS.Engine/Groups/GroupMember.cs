using VtPS.Engine.Histories;

namespace VtPS.Engine.Groups;

/// <summary>A replica as a group knows it. It is what the peer says of itself: who it is is settled by the connection, not by this.</summary>
/// <param name="Replica">The replica id.</param>
/// <param name="Host">The name of its machine.</param>
/// <param name="Path">Its tree's path there.</param>
internal sealed record GroupMember(ulong Replica, string Host, string Path)
{
    public string Id => Dot.Text(Replica);

    public string Place => $"{Host}:{Path}";

    public override string ToString() => $"{Place} (replica {Id})";
}
