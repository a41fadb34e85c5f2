using VtPS.Engine.IO;

namespace VtPS.Engine.Listing;

/// <summary>
/// A wildcard pattern for entries anywhere in a tree: without <c>/</c> it is for the name, with one for the whole path,
/// where <c>**</c> as a name stands for any number of names, none included. Immutable and safe for use by many threads.
/// </summary>
/// <remarks>
/// A walk down the tree carries a set of places in the pattern, as the bits of a number: <see cref="Start"/> at the top,
/// <see cref="Enter"/> for each directory. A set of no bits says that nothing below can match.
/// </remarks>
internal sealed class PathPattern
{
    private const int MostNames = 63;

    private readonly NamePattern?[] _names;

    private PathPattern(NamePattern?[] names, bool wholePath)
    {
        _names = names;
        IsWholePath = wholePath;
        Start = wholePath ? Close(1) : 1;
    }

    /// <summary>Whether the pattern is for the whole path, not only for the name.</summary>
    public bool IsWholePath { get; }

    /// <summary>The places at the tree's top.</summary>
    public ulong Start { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="VtException">InvalidArgument for a pattern with no name, or more than 63 of them.</exception>
    public static PathPattern Parse(string text)
    {
        List<NamePattern?> names = [];
        foreach (string name in text.Split('/'))
        {
            if (name is not ("" or "."))
            {
                names.Add(name == "**" ? null : new NamePattern(name, backslashEscapes: true, ignoreCase: false));
            }
        }

        return names.Count is 0 or > MostNames
            ? throw new VtException(VtErrorId.InvalidArgument, $"'{text}' is not a usable pattern: it must have between 1 and {MostNames} names.", text)
            : new PathPattern([.. names], text.Contains('/') || names[0] is null);
    }

    /// <summary>Whether an entry of a directory with these places matches.</summary>
    public bool Matches(ulong places, ReadOnlySpan<byte> name) =>
        IsWholePath ? (Enter(places, name) & (1UL << _names.Length)) != 0 : _names[0]!.IsMatch(name);

    /// <summary>The places in a directory that is an entry of one with these places.</summary>
    public ulong Enter(ulong places, ReadOnlySpan<byte> name)
    {
        if (!IsWholePath)
        {
            return places;
        }

        ulong next = 0;
        for (int i = 0; i < _names.Length; i++)
        {
            if ((places & (1UL << i)) == 0)
            {
                continue;
            }

            if (_names[i] is not { } pattern)
            {
                next |= 1UL << i;
            }
            else if (pattern.IsMatch(name))
            {
                next |= 1UL << (i + 1);
            }
        }

        return Close(next);
    }

    /// <summary>Whether an entry below a directory with these places can match.</summary>
    public bool CanMatchBelow(ulong places) => (places & ((1UL << _names.Length) - 1)) != 0;

    // A ** may stand for no name at all: from its place the next one is reached for nothing.
    private ulong Close(ulong places)
    {
        for (int i = 0; i < _names.Length; i++)
        {
            if (_names[i] is null && (places & (1UL << i)) != 0)
            {
                places |= 1UL << (i + 1);
            }
        }

        return places;
    }
}
