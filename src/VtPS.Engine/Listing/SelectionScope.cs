using VtPS.Engine.IO;

namespace VtPS.Engine.Listing;

/// <summary>What of a directory is selected, where it is not all of it. Immutable and safe for use by many threads.</summary>
internal sealed class SelectionScope
{
    private readonly PathSelection _selection;
    private readonly (int Path, int Depth)[] _states;
    private readonly byte[]? _lastName;

    internal SelectionScope(PathSelection selection, (int Path, int Depth)[] states)
    {
        _selection = selection;
        _states = states;
        byte[]? last = [];
        foreach ((int path, int depth) in states)
        {
            byte[]? literal = selection.Paths[path].Names[depth].Literal;
            last = literal is null || last is null ? null : literal.AsSpan().SequenceCompareTo(last) > 0 ? literal : last;
        }

        _lastName = last;
    }

    /// <summary>Whether an entry is selected, or on the way to what is.</summary>
    /// <param name="name">The entry's name.</param>
    /// <param name="isDirectory">Whether it is a directory.</param>
    /// <param name="below">When the result is true: null for an entry that is selected with all that is below it, else the scope of this directory.</param>
    public bool TryMatch(ReadOnlySpan<byte> name, bool isDirectory, out SelectionScope? below)
    {
        below = null;
        bool selected = false;
        int count = 0;
        Span<int> deeper = _states.Length <= 64 ? stackalloc int[64] : new int[_states.Length];
        for (int i = 0; i < _states.Length; i++)
        {
            (int path, int depth) = _states[i];
            IReadOnlyList<NamePattern> names = _selection.Paths[path].Names;
            if (!names[depth].IsMatch(name))
            {
                continue;
            }

            if (depth + 1 == names.Count)
            {
                _selection.MarkHit(path);
                selected = true;
            }
            else if (isDirectory)
            {
                deeper[count++] = i;
            }
        }

        if (selected)
        {
            // What a longer path names below is selected anyway; it counts as found without a look, because looking costs a walk.
            for (int i = 0; i < count; i++)
            {
                _selection.MarkHit(_states[deeper[i]].Path);
            }

            return true;
        }

        if (count == 0)
        {
            return false;
        }

        (int, int)[] states = new (int, int)[count];
        for (int i = 0; i < count; i++)
        {
            (int path, int depth) = _states[deeper[i]];
            states[i] = (path, depth + 1);
        }

        below = new SelectionScope(_selection, states);
        return true;
    }

    /// <summary>Whether no name from this one on, in the order of bytes, can match: the rest of the directory need not be read.</summary>
    public bool IsPast(ReadOnlySpan<byte> name) => _lastName is not null && name.SequenceCompareTo(_lastName) > 0;
}
