using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Backups;

/// <summary>A directory that the walker is in.</summary>
internal sealed class WalkFrame(ScannedDirectory directory, ScannedPart first, DirectoryBuilder builder, BaseDirectory?[] bases)
{
    private readonly int[] _positions = new int[bases.Length];
    private ScannedPart _part = first;
    private int _inPart;
    private int _next;

    public DirectoryBuilder Builder { get; } = builder;

    public BaseDirectory?[] Bases { get; } = bases;

    /// <summary>When the entries at hand were looked at, or a little before.</summary>
    public FileTime Looked => _part.Looked;

    /// <summary>Goes to the next entry.</summary>
    /// <param name="scanner">Gives further parts of the directory.</param>
    /// <param name="slot">Its place in the directory.</param>
    /// <param name="name">Its name.</param>
    /// <param name="entry">What was seen of it.</param>
    public bool TryNext(SourceScanner scanner, out int slot, out byte[] name, out ScannedEntry entry)
    {
        slot = _next;
        if (_next == directory.Names.Length)
        {
            name = [];
            entry = default;
            return false;
        }

        if (_inPart == _part.Entries.Length)
        {
            _part = scanner.TakeNext(directory);
            _inPart = 0;
        }

        entry = _part.Entries[_inPart++];
        name = directory.Names[_next++];
        return true;
    }

    /// <summary>The live directory of an entry, for the caller to release.</summary>
    public SharedDirectory ParentOf(in ScannedEntry entry) => (entry.Parent ?? directory.Live!).AddUser();

    /// <summary>The entry of a base with this name: names are asked for in their order.</summary>
    public TreeEntry? Find(int index, byte[] name, out SideEntry? side)
    {
        side = null;
        return Bases[index]?.Find(name, ref _positions[index], out side);
    }

    /// <summary>Releases the live directories that it holds.</summary>
    public void Release()
    {
        directory.Live?.Release();
        for (int i = _inPart; i < _part.Entries.Length; i++)
        {
            _part.Entries[i].Parent?.Release();
        }
    }
}
