using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Backups;

/// <summary>A file to be read.</summary>
internal sealed class FileJob
{
    public required SharedDirectory Directory { get; init; }

    public required DirectoryBuilder Builder { get; init; }

    public required int Slot { get; init; }

    public required byte[] Name { get; init; }

    /// <summary>What the walker saw.</summary>
    public required FileStatus Status { get; init; }

    /// <summary>The entry of the newest base that has the name; null where none has.</summary>
    public TreeEntry? Base { get; init; }

    /// <summary>The extended attributes, where the base's are still good; else they are read.</summary>
    public ExtendedAttribute[]? Attributes { get; init; }

    public LinkGroup? Group { get; set; }

    /// <summary>Tells the other names that this one does not bring their content.</summary>
    public void LeaveGroup()
    {
        Group?.Tell(null, default);
        Group = null;
    }
}
