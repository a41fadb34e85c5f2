using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>An entry as a scan finds it on disk.</summary>
internal sealed class LiveEntry(LiveEntry? parent, byte[] name, FileStatus status)
{
    /// <summary>The folder that it lies in; null for the root.</summary>
    public LiveEntry? Parent => parent;

    public byte[] Name => name;

    public FileStatus Status { get; set; } = status;

    /// <summary>What a folder holds.</summary>
    public List<LiveEntry> Children { get; } = [];

    public bool IsDirectory => Status.Type == VtItemType.Directory;

    /// <summary>The entry of the last sync that this is; null for a new one.</summary>
    public AppliedEntry? Match { get; set; }

    /// <summary>What it holds, once that is known.</summary>
    public NodeData? Data { get; set; }

    /// <summary>When it was looked at, or opened.</summary>
    public FileTime Opened { get; set; }

    /// <summary>Whether it changed while it was read, or could not be read: it stays as it is known, and the next scan looks again.</summary>
    public bool IsLeftAlone { get; set; }

    /// <summary>Its identity, once that is known.</summary>
    public NodeId Id { get; set; }

    /// <summary>The path from the root in the escaped text form.</summary>
    public string Text => parent is null ? string.Empty : parent.Parent is null ? PathText.Format(name) : parent.Text + "/" + PathText.Format(name);
}
