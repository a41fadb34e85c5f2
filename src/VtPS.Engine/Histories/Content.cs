using VtPS.Engine.IO;

namespace VtPS.Engine.Histories;

/// <summary>What was written. Two are equal when the data are.</summary>
/// <param name="Data">What it is and holds.</param>
/// <param name="Written">The time of the last write that it had then, which only ever breaks ties.</param>
/// <param name="IsGone">Whether whoever had it before their eyes deleted it: then it counts only where there is no other.</param>
internal sealed record Content(NodeData Data, FileTime Written, bool IsGone = false)
{
    public bool Equals(Content? other) => other is not null && Data.Equals(other.Data);

    public override int GetHashCode() => Data.GetHashCode();
}
