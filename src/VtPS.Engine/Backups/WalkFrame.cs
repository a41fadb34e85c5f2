using VtPS.Engine.Rules;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Backups;

/// <summary>A directory that the walker is in.</summary>
internal sealed class WalkFrame(SharedDirectory? directory, DirectoryBuilder builder, byte[][] names, BaseDirectory?[] bases, RuleScope? scope, ulong device, SourceNode? node)
{
    private readonly int[] _positions = new int[bases.Length];
    private int _next;

    /// <summary>The live directory; null at the top of single paths, and where it could not be opened.</summary>
    public SharedDirectory? Directory { get; } = directory;

    public DirectoryBuilder Builder { get; } = builder;

    public BaseDirectory?[] Bases { get; } = bases;

    /// <summary>The rules in force for the names here; null above the paths given.</summary>
    public RuleScope? Scope { get; } = scope;

    /// <summary>The file system of the path given; 0 above it.</summary>
    public ulong Device { get; } = device;

    /// <summary>The node of the paths given, where not everything here is wanted.</summary>
    public SourceNode? Node { get; } = node;

    public bool TryNext(out int slot, out byte[] name)
    {
        slot = _next;
        if (_next == names.Length)
        {
            name = [];
            return false;
        }

        name = names[_next++];
        return true;
    }

    /// <summary>The entry of a base with this name: names are asked for in their order.</summary>
    public TreeEntry? Find(int index, byte[] name, out SideEntry? side)
    {
        side = null;
        return Bases[index]?.Find(name, ref _positions[index], out side);
    }
}
