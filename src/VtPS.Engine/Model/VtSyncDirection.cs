namespace VtPS;

/// <summary>Which of two trees gets the other's changes.</summary>
public enum VtSyncDirection
{
    /// <summary>Each gets those of the other.</summary>
    Both,

    /// <summary>The peer gets the local ones; the local tree stays as it is.</summary>
    Push,

    /// <summary>The local tree gets those of the peer, which stays as it is.</summary>
    Pull,
}
