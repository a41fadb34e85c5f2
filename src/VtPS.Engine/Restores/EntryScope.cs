using VtPS.Engine.Listing;
using VtPS.Engine.Rules;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>What of a directory is to be restored, by the paths given, the patterns that leave out and those that confine. Immutable and safe for use by many threads.</summary>
internal sealed class EntryScope
{
    private readonly SelectionScope? _selection;
    private readonly RuleScope? _rules;
    private readonly PathPattern[] _include;
    private readonly ulong[] _places;

    private EntryScope(SelectionScope? selection, RuleScope? rules, PathPattern[] include, ulong[] places)
    {
        _selection = selection;
        _rules = rules;
        _include = include;
        _places = places;
    }

    /// <summary>Whether all of the directory is selected (patterns may still leave out some of it), and not only what a path names below it.</summary>
    public bool IsWhole => _selection is null;

    /// <summary>Whether only what some patterns confine to is restored: directories are then made when there is something to put in them.</summary>
    public bool IsConfined => _include.Length > 0;

    /// <summary>The scope of a tree's top.</summary>
    /// <param name="selection">The paths.</param>
    /// <param name="exclude">gitignore lines, matched from the tree's top.</param>
    /// <param name="include">Patterns for files.</param>
    /// <exception cref="VtException">InvalidArgument for a pattern.</exception>
    public static EntryScope Create(PathSelection selection, IReadOnlyList<string> exclude, IReadOnlyList<string> include)
    {
        PathPattern[] patterns = new PathPattern[include.Count];
        ulong[] places = new ulong[patterns.Length];
        for (int i = 0; i < patterns.Length; i++)
        {
            patterns[i] = PathPattern.Parse(include[i]);
            places[i] = patterns[i].Start;
        }

        RuleScope? rules = exclude.Count == 0 ? null : RuleScope.Create(RuleSet.Parse(exclude, "-Exclude"));
        return new EntryScope(selection.Top, rules, patterns, places);
    }

    /// <summary>Whether an entry is to be restored, or to be gone through.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="below">For <see cref="Enter"/>; null where the entry is selected itself.</param>
    public bool Admits(TreeEntry entry, out SelectionScope? below)
    {
        bool isDirectory = entry.Type == VtItemType.Directory;
        below = null;
        if (_selection is not null && !_selection.TryMatch(entry.Name, isDirectory, out below))
        {
            return false;
        }

        if (_rules is not null && _rules.IsExcluded(entry.Name, isDirectory))
        {
            return false;
        }

        return isDirectory || _include.Length == 0 || IsIncluded(entry.Name);
    }

    /// <summary>The scope of a directory that was admitted.</summary>
    public EntryScope Enter(byte[] name, SelectionScope? below)
    {
        if (_rules is null && _include.Length == 0)
        {
            return below is null && _selection is null ? this : new EntryScope(below, null, _include, _places);
        }

        ulong[] places = _places;
        if (_include.Length > 0)
        {
            places = new ulong[_include.Length];
            for (int i = 0; i < places.Length; i++)
            {
                places[i] = _include[i].Enter(_places[i], name);
            }
        }

        return new EntryScope(below, _rules?.Enter(name, null), _include, places);
    }

    /// <summary>Whether nothing from this name on is wanted.</summary>
    public bool IsPast(ReadOnlySpan<byte> name) => _selection is not null && _selection.IsPast(name);

    /// <summary>Whether a live name that the backup does not have is out of the restore's reach, and so not removed.</summary>
    public bool IsExcluded(byte[] name, bool isDirectory) => _rules is not null && _rules.IsExcluded(name, isDirectory);

    private bool IsIncluded(byte[] name)
    {
        for (int i = 0; i < _include.Length; i++)
        {
            if (_include[i].Matches(_places[i], name))
            {
                return true;
            }
        }

        return false;
    }
}
