namespace VtPS;

/// <summary>What a sync may do with a registered peer. It binds whoever registered the peer; what the peer itself grants is decided there.</summary>
public enum VtPeerRight
{
    /// <summary>The two trees are made equal.</summary>
    ReadWrite,

    /// <summary>The peer only gives: its changes come here, and nothing in its tree is changed.</summary>
    Read,

    /// <summary>The peer only takes: changes of here go there, and nothing in the tree here is changed.</summary>
    Write,
}
