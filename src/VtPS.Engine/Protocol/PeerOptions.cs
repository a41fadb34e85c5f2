namespace VtPS.Engine.Protocol;

/// <summary>How this side of a connection behaves.</summary>
internal sealed record PeerOptions
{
    /// <summary>What this side says of itself.</summary>
    public Hello Hello { get; init; } = new();

    /// <summary>Whether this side opened the connection: its calls have odd tags, the other's even ones.</summary>
    public bool IsInitiator { get; init; } = true;

    /// <summary>After so long a silence the peer is asked for a sign of life.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>After so many silent intervals of <see cref="KeepAlive"/> the peer is given up.</summary>
    public int SilentIntervals { get; init; } = 4;
}
