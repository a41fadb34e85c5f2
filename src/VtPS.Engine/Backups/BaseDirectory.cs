using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Backups;

/// <summary>A directory of an earlier backup, with its side-car, to compare a live one with. Read-only once made.</summary>
internal sealed class BaseDirectory
{
    private readonly TreeEntry[] _entries;
    private readonly SideEntry[] _sides;

    private BaseDirectory(VtBlockReference reference, byte[] content, TreeEntry[] entries, VtBlockReference? sideReference, byte[] sideContent, SideEntry[] sides, bool complete)
    {
        Reference = reference;
        Content = content;
        SideReference = sideReference;
        SideContent = sideContent;
        _entries = entries;
        _sides = sides;
        IsComplete = complete;
    }

    public VtBlockReference Reference { get; }

    /// <summary>The directory's bytes in the Store.</summary>
    public byte[] Content { get; }

    public VtBlockReference? SideReference { get; }

    public byte[] SideContent { get; }

    /// <summary>Whether everything below is known to be in the Store, so that no block need be looked up.</summary>
    public bool IsComplete { get; }

    /// <summary>Reads a directory of a base, or null where it cannot be read: then there is nothing to compare with, and everything is read afresh.</summary>
    public static BaseDirectory? TryRead(StoreTreeReader trees, VtBlockReference reference, VtBlockReference? sideReference, bool complete, CancellationToken cancellationToken)
    {
        try
        {
            byte[] content = trees.ReadContentAsync(reference, cancellationToken).AsTask().GetAwaiter().GetResult();
            List<TreeEntry> entries = [];
            ByteReader reader = new(content);
            while (!reader.IsEmpty)
            {
                entries.Add(TreeEntryCodec.Read(ref reader));
            }

            (byte[] sideContent, SideEntry[] sides) = sideReference is null ? ([], []) : ReadSides(trees, sideReference, cancellationToken);
            return new BaseDirectory(reference, content, [.. entries], sides.Length == entries.Count ? sideReference : null, sideContent, sides.Length == entries.Count ? sides : [], complete);
        }
        catch (Exception e) when (e is InvalidDataException or VtException)
        {
            return null;
        }
    }

    /// <summary>Finds an entry by its name, going on from <paramref name="position"/>: names are asked for in their order.</summary>
    public TreeEntry? Find(byte[] name, ref int position, out SideEntry? side)
    {
        while (position < _entries.Length)
        {
            int order = _entries[position].Name.AsSpan().SequenceCompareTo(name);
            if (order == 0)
            {
                side = _sides.Length == 0 ? null : _sides[position];
                return _entries[position++];
            }

            if (order > 0)
            {
                break;
            }

            position++;
        }

        side = null;
        return null;
    }

    private static (byte[] Content, SideEntry[] Sides) ReadSides(StoreTreeReader trees, VtBlockReference reference, CancellationToken cancellationToken)
    {
        try
        {
            byte[] content = trees.ReadContentAsync(reference, cancellationToken).AsTask().GetAwaiter().GetResult();
            List<SideEntry> sides = [];
            ByteReader reader = new(content);
            while (!reader.IsEmpty)
            {
                sides.Add(SideCarCodec.Read(ref reader));
            }

            return (content, [.. sides]);
        }
        catch (Exception e) when (e is InvalidDataException or VtException)
        {
            // Without it nothing passes the change test: the files are read again.
            return ([], []);
        }
    }
}
