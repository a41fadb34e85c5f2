using VtPS.Engine.IO;

namespace VtPS.Engine.Histories;

/// <summary>What was written and the time of the last write that it had then, which only ever breaks ties. Two are equal when the data are.</summary>
internal sealed record Content(NodeData Data, FileTime Written)
{
    public bool Equals(Content? other) => other is not null && Data.Equals(other.Data);

    public override int GetHashCode() => Data.GetHashCode();
}
