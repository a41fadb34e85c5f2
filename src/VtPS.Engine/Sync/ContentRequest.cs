using VtPS.Engine.Histories;

namespace VtPS.Engine.Sync;

/// <summary>Content that one side needs of the other.</summary>
/// <param name="Data">The content.</param>
/// <param name="Offset">How many bytes of it are there already, from an earlier sync that was cut off.</param>
/// <param name="Base">The pieces of the file that it is to replace; null where it is to be sent whole.</param>
internal sealed record ContentRequest(NodeData Data, long Offset, PieceSums? Base = null);
