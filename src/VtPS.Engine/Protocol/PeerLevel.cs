namespace VtPS.Engine.Protocol;

/// <summary>What a connection speaks of; the numbers are those on the wire.</summary>
internal enum PeerLevel : byte
{
    /// <summary>The objects of a Store, as they lie there.</summary>
    Objects = 1,

    /// <summary>The blocks of a Store that both sides can open.</summary>
    Blocks = 2,

    /// <summary>A tree of files, as a side of a sync.</summary>
    Trees = 3,
}
