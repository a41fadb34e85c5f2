using System.Diagnostics.CodeAnalysis;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>The tree as it lies on disk, as far as is known. For one thread at a time.</summary>
internal sealed class AppliedTree
{
    private readonly Dictionary<NodeId, AppliedEntry> _entries;
    private readonly Dictionary<Place, AppliedEntry> _places;

    public AppliedTree(int capacity = 0)
    {
        _entries = new(capacity);
        _places = new(capacity);
    }

    public IReadOnlyCollection<AppliedEntry> Entries => _entries.Values;

    public AppliedEntry? Find(NodeId id) => _entries.GetValueOrDefault(id);

    public bool TryFind(Place place, [NotNullWhen(true)] out AppliedEntry? entry) => _places.TryGetValue(place, out entry);

    /// <summary>Makes room for so many more entries.</summary>
    public void Expect(int count)
    {
        _entries.EnsureCapacity(_entries.Count + count);
        _places.EnsureCapacity(_places.Count + count);
    }

    public void Add(AppliedEntry entry)
    {
        _entries.Add(entry.Id, entry);
        _places[entry.Place] = entry;
    }

    public void Remove(AppliedEntry entry)
    {
        _entries.Remove(entry.Id);
        if (_places.TryGetValue(entry.Place, out AppliedEntry? there) && there == entry)
        {
            _places.Remove(entry.Place);
        }
    }

    /// <summary>Notes where an entry lies now. Its old place may have been taken meanwhile.</summary>
    public void Move(AppliedEntry entry, Place place)
    {
        if (_places.TryGetValue(entry.Place, out AppliedEntry? there) && there == entry)
        {
            _places.Remove(entry.Place);
        }

        entry.Place = place;
        _places[place] = entry;
    }

    /// <summary>The path of an entry from the root, as names; null where a folder on the way is not on disk.</summary>
    public List<byte[]>? PathOf(Place place)
    {
        List<byte[]> path = [place.Name];
        for (NodeId at = place.Parent; !at.IsRoot;)
        {
            if (Find(at) is not { } folder || path.Count > _entries.Count + 1)
            {
                return null;
            }

            path.Add(folder.Place.Name);
            at = folder.Place.Parent;
        }

        path.Reverse();
        return path;
    }

    /// <summary>The path in the escaped text form, for messages.</summary>
    public string TextOf(Place place) => string.Join('/', (PathOf(place) ?? [place.Name]).Select(name => PathText.Format(name)));
}
