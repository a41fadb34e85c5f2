using VtPS.Engine.IO;

namespace VtPS.Engine.Backups;

/// <summary>Some entries of one directory, in the order of names, as the scanner saw them.</summary>
internal sealed class ScannedPart
{
    public required ScannedDirectory Directory { get; init; }

    /// <summary>Whether it is the directory's first; whoever takes that releases the live directory.</summary>
    public required bool IsFirst { get; init; }

    public required ScannedEntry[] Entries { get; init; }

    /// <summary>A time before the first of the looks.</summary>
    public required FileTime Looked { get; init; }

    /// <summary>Releases what the part holds.</summary>
    public void Drop()
    {
        if (IsFirst)
        {
            Directory.Live?.Release();
        }

        foreach (ref ScannedEntry entry in Entries.AsSpan())
        {
            entry.Parent?.Release();
        }
    }
}
