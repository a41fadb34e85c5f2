namespace VtPS.Engine.Copies;

/// <summary>A missing block and where its content stands in that of its record.</summary>
/// <param name="Block">The block.</param>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Length">Its length in bytes.</param>
internal readonly record struct LocatedBlock(MissingBlock Block, int Offset, int Length);
