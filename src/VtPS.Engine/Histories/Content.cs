using VtPS.Engine.IO;

namespace VtPS.Engine.Histories;

/// <summary>What was written. Two are equal when the data are.</summary>
/// <param name="Data">What it is and holds.</param>
/// <param name="Written">The time of the last write that it had then, which only ever breaks ties.</param>
/// <param name="IsWeak">
/// Whether the change wrote nothing, but deleted, moved or touched an entry that held this: then it counts only where no content that was written is left, and
/// that of a change which keeps the entry alive before that of a deletion.
/// </param>
/// <param name="For">For a weak one that a merge decided on: the change in whose stead it stands, because the entry which that change kept alive holds this by now.</param>
internal sealed record Content(NodeData Data, FileTime Written, bool IsWeak = false, Dot? For = null)
{
    public bool Equals(Content? other) => other is not null && Data.Equals(other.Data);

    public override int GetHashCode() => Data.GetHashCode();
}
