using VtPS.Engine.IO;

namespace VtPS.Engine.Listing;

/// <summary>
/// Where a directory lies inside a backup's tree: a chain of names up to the top. Safe for use by many threads.
/// A walk keeps one for each directory in hand, and texts are made only where somebody reads them.
/// </summary>
internal sealed class TreePath
{
    private string? _text;

    private TreePath(TreePath? parent, byte[] name)
    {
        Parent = parent;
        Name = name;
        Depth = parent is null ? 0 : parent.Depth + 1;
    }

    /// <summary>The top: the path without names.</summary>
    public static TreePath Top { get; } = new(null, []);

    /// <summary>The directory above; null for the top.</summary>
    public TreePath? Parent { get; }

    /// <summary>The last name; empty for the top.</summary>
    public byte[] Name { get; }

    /// <summary>How many names the path has.</summary>
    public int Depth { get; }

    /// <summary>The directory of this name in this one.</summary>
    public TreePath Enter(byte[] name) => new(this, name);

    /// <summary>The escaped text form of an entry of this directory.</summary>
    public string Join(ReadOnlySpan<byte> name) => Depth == 0 ? PathText.Format(name) : string.Concat(ToString(), "/", PathText.Format(name));

    /// <summary>The names from the top down.</summary>
    public byte[][] ToNames()
    {
        byte[][] names = new byte[Depth][];
        TreePath at = this;
        for (int i = Depth - 1; i >= 0; i--)
        {
            names[i] = at.Name;
            at = at.Parent!;
        }

        return names;
    }

    /// <summary>The escaped text form, with <c>/</c> between names; empty for the top.</summary>
    public override string ToString()
    {
        if (_text is null)
        {
            // Names are put together from the nearest path that knows its text: no recursion, however deep the tree is.
            Stack<TreePath> open = new();
            TreePath at = this;
            while (at._text is null && at.Parent is not null)
            {
                open.Push(at);
                at = at.Parent;
            }

            at._text ??= "";
            System.Text.StringBuilder text = new(at._text);
            while (open.TryPop(out TreePath? next))
            {
                if (text.Length > 0)
                {
                    text.Append('/');
                }

                text.Append(PathText.Format(next.Name));
            }

            _text = text.ToString();
        }

        return _text;
    }
}
