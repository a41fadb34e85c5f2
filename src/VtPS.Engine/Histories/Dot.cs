using System.Globalization;

namespace VtPS.Engine.Histories;

/// <summary>One change: the replica that made it, and its number among that replica's changes, from 1 on.</summary>
internal readonly record struct Dot(ulong Replica, long Counter) : IComparable<Dot>
{
    /// <summary>By counter, then replica. It orders what happened at the same time, alike on every peer; it says nothing of which came first.</summary>
    public int CompareTo(Dot other) => Counter != other.Counter ? Counter.CompareTo(other.Counter) : Replica.CompareTo(other.Replica);

    /// <summary>Under this id a replica records what it decided in a merge, apart from what its user did: decisions need not have reached its tree yet.</summary>
    public static ulong Decider(ulong replica) => replica | 1;

    /// <summary>A replica id as users see it: 16 hexadecimal digits, the same for its user's changes and its decisions.</summary>
    public static string Text(ulong replica) => (replica & ~1ul).ToString("x16", CultureInfo.InvariantCulture);
}
