namespace VtPS;

/// <summary>The kinds of block reference. The numbers stand in Stores and never change.</summary>
public enum VtBlockKind
{
    /// <summary>A block of content, named by its hash.</summary>
    Hash = 1,

    /// <summary>Up to 32 bytes of content in the reference itself.</summary>
    Literal = 2,

    /// <summary>One byte, repeated.</summary>
    Run = 3,

    /// <summary>A block of references, named by its hash.</summary>
    Indirect = 4,

    /// <summary>A window into another reference; the number is reserved.</summary>
    SubBlock = 5,
}
