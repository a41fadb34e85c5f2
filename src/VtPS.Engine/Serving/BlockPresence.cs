namespace VtPS.Engine.Serving;

/// <summary>Whether a peer has a block; the numbers are those on the wire.</summary>
[Flags]
internal enum BlockPresence : byte
{
    /// <summary>It does not.</summary>
    None = 0,

    /// <summary>It does.</summary>
    Present = 1,

    /// <summary>It has everything below it, too.</summary>
    Complete = 2,
}
