using VtPS.Engine.IO;

namespace VtPS.Engine.Histories;

/// <summary>What an entry has beside its content: permission bits (0 for a symbolic link), and the time of the last write (of a folder none is kept: the zero time).</summary>
internal readonly record struct Attributes(int Mode, FileTime Modified) : IComparable<Attributes>
{
    /// <summary>By time, then mode: orders what happened at the same time, alike on every peer.</summary>
    public int CompareTo(Attributes other) => Modified != other.Modified ? Modified.CompareTo(other.Modified) : Mode.CompareTo(other.Mode);
}
