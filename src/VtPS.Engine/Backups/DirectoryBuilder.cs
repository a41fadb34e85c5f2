using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Backups;

/// <summary>
/// A directory in the making. Its entries come from the walker and from workers, in any order; whoever brings the last one finishes it.
/// </summary>
internal sealed class DirectoryBuilder
{
    private readonly TreeEntry?[] _entries;
    private readonly SideEntry[] _sides;
    private int _missing = 1;

    /// <summary>Makes a builder with a place for each name; the walker holds it open until it calls <see cref="Release"/>.</summary>
    public DirectoryBuilder(DirectoryBuilder? parent, int slot, byte[] name, byte[]? livePath, int count)
    {
        Parent = parent;
        Slot = slot;
        Name = name;
        LivePathOrNull = livePath;
        _entries = new TreeEntry?[count];
        _sides = new SideEntry[count];
        OpenChildren = [];
    }

    public DirectoryBuilder? Parent { get; }

    /// <summary>This directory's place in its parent.</summary>
    public int Slot { get; }

    public byte[] Name { get; }

    /// <summary>The base whose bytes this directory may turn out to equal; null where there is none.</summary>
    public BaseDirectory? Base { get; init; }

    /// <summary>For the top of single paths: the paths given.</summary>
    public SourceNode? Sources { get; init; }

    /// <summary>Children that are not finished. Guarded by itself.</summary>
    public HashSet<DirectoryBuilder> OpenChildren { get; }

    private byte[]? LivePathOrNull { get; }

    /// <summary>Says that one more entry will come from elsewhere.</summary>
    public void Expect() => Interlocked.Increment(ref _missing);

    /// <summary>Puts an entry in its place.</summary>
    public void Set(int slot, TreeEntry entry, in SideEntry side)
    {
        _sides[slot] = side;
        Volatile.Write(ref _entries[slot], entry);
    }

    /// <summary>Gives a directory's entry its content once that is finished.</summary>
    public void Complete(int slot, VtBlockReference content, VtBlockReference sideCar)
    {
        _sides[slot] = _sides[slot] with { Directory = sideCar };
        _entries[slot]!.Content = content;
    }

    /// <summary>Says that an expected entry, or the walker, is done; true for the last one, who finishes the directory.</summary>
    public bool Release() => Interlocked.Decrement(ref _missing) == 0;

    /// <summary>The entries there are now, with their places; a directory without content is given too.</summary>
    public IEnumerable<(int Slot, TreeEntry Entry, SideEntry Side)> Snapshot()
    {
        for (int i = 0; i < _entries.Length; i++)
        {
            if (Volatile.Read(ref _entries[i]) is { } entry)
            {
                yield return (i, entry, _sides[i]);
            }
        }
    }

    /// <summary>The path inside the backup of an entry, as bytes.</summary>
    public byte[] InsidePath(byte[] name)
    {
        int length = name.Length;
        for (DirectoryBuilder? d = this; d is { Parent: not null }; d = d.Parent)
        {
            length += d.Name.Length + 1;
        }

        byte[] path = new byte[length];
        int end = length - name.Length;
        name.CopyTo(path, end);
        for (DirectoryBuilder? d = this; d is { Parent: not null }; d = d.Parent)
        {
            path[--end] = (byte)'/';
            end -= d.Name.Length;
            d.Name.CopyTo(path, end);
        }

        return path;
    }

    /// <summary>The live path of an entry, in the escaped text form, for messages.</summary>
    public string LivePath(byte[] name)
    {
        if (Parent is null && LivePathOrNull is null)
        {
            return PathText.Format(Sources is not null && Sources.Children.TryGetValue(name, out SourceNode? given) && given.Path is not null ? given.Path : name);
        }

        string folder = LivePathOrNull is not null ? PathText.Format(LivePathOrNull) : Parent!.LivePath(Name);
        return folder.EndsWith('/') ? folder + PathText.Format(name) : folder + "/" + PathText.Format(name);
    }
}
