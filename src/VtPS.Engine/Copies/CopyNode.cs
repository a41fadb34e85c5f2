using VtPS.Engine.IO;

namespace VtPS.Engine.Copies;

/// <summary>A directory on the way down a backup's tree, or a directory's side-car. For one thread.</summary>
/// <param name="parent">The one above; null at the top.</param>
/// <param name="name">Its name; none for the top and for side-cars.</param>
/// <param name="content">Its content.</param>
/// <param name="isSideCar">Whether it is a side-car.</param>
internal sealed class CopyNode(CopyNode? parent, byte[]? name, VtBlockReference content, bool isSideCar)
{
    private int _unfinished = 1;

    public CopyNode? Parent => parent;

    public VtBlockReference Content => content;

    public bool IsSideCar => isSideCar;

    /// <summary>Blocks that the destination lacks, of the directory itself and of lists of references below its files.</summary>
    public List<MissingBlock> Blocks { get; } = [];

    /// <summary>Its path for messages: a slash before each name.</summary>
    public string Path => IsSideCar ? "/(side-car)" : name is null ? string.Empty : $"{parent!.Path}/{PathText.Format(name)}";

    /// <summary>Says that one below must be finished first.</summary>
    public void Expect() => _unfinished++;

    /// <summary>Says that the node itself, or one below, is finished; true when that was the last.</summary>
    public bool Release() => --_unfinished == 0;
}
