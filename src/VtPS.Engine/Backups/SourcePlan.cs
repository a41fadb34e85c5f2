using VtPS.Engine.IO;

namespace VtPS.Engine.Backups;

/// <summary>The paths of a run as the tree that its backup gets at the top.</summary>
internal sealed class SourcePlan
{
    private SourcePlan(byte[]? root, SourceNode top, IReadOnlyList<byte[]> paths)
    {
        Root = root;
        Top = top;
        Paths = paths;
    }

    /// <summary>The live folder that the top stands for: the root given, or a path whose children are the top entries; null where the top is made of single paths.</summary>
    public byte[]? Root { get; }

    /// <summary>The top; whole where <see cref="Root"/> is wanted with everything in it.</summary>
    public SourceNode Top { get; }

    /// <summary>The paths given, each once, those inside another one left out, sorted by bytes.</summary>
    public IReadOnlyList<byte[]> Paths { get; }

    /// <summary>Makes the tree.</summary>
    /// <exception cref="VtException">PathNotFound for no path at all or one outside the root, PathNameClash.</exception>
    public static async Task<SourcePlan> CreateAsync(IAsyncEnumerable<byte[]> paths, byte[]? root, CancellationToken cancellationToken)
    {
        root = root is null ? null : Trim(root, out _);
        SourceNode trie = new() { Name = [] };
        int count = 0;
        await foreach (byte[] path in paths.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            count++;
            Add(trie, path);
        }

        if (count == 0)
        {
            throw new VtException(VtErrorId.PathNotFound, "There is nothing to back up: no path was given, or none that was given exists.");
        }

        List<byte[]> kept = [];
        Collect(trie, kept);
        return root is not null ? new SourcePlan(root, Below(trie, root, kept), kept)
            : trie.IsWhole ? new SourcePlan([(byte)'/'], trie, kept)
            : new SourcePlan(null, ByLastName(trie), kept);
    }

    /// <summary>Without a root: a top entry for each path, by its last name.</summary>
    private static SourceNode ByLastName(SourceNode trie)
    {
        SourceNode top = new() { Name = [] };
        List<SourceNode> whole = [];
        CollectNodes(trie, whole);
        foreach (SourceNode node in whole)
        {
            if (!top.Children.TryAdd(node.Name, node))
            {
                throw new VtException(
                    VtErrorId.PathNameClash,
                    $"'{PathText.Format(top.Children[node.Name].Path)}' and '{PathText.Format(node.Path)}' would both be '{PathText.Format(node.Name)}' at the top of the backup. Name a folder above both with -Root (--root): each path is then stored at its path below it.",
                    PathText.Format(node.Path));
            }
        }

        return top;
    }

    /// <summary>With a root: the part of the tree of paths that lies below it.</summary>
    private static SourceNode Below(SourceNode trie, byte[] root, List<byte[]> kept)
    {
        SourceNode node = trie;
        foreach (Range part in Parts(root))
        {
            if (node.IsWhole)
            {
                break;
            }

            if (node.Children.Count != 1 || !node.Children.TryGetValue(root[part], out SourceNode? next))
            {
                byte[] outside = kept.Find(p => !IsBelow(p, root)) ?? kept[0];
                throw new VtException(VtErrorId.PathNotFound, $"'{PathText.Format(outside)}' does not lie below the root '{PathText.Format(root)}'. Name a folder above all the paths, or leave the path out.", PathText.Format(outside));
            }

            node = next;
        }

        if (node.IsWhole && !node.Path.AsSpan().SequenceEqual(root) && !IsBelow(node.Path!, root))
        {
            throw new VtException(VtErrorId.PathNotFound, $"'{PathText.Format(node.Path)}' does not lie below the root '{PathText.Format(root)}'. Name a folder above all the paths, or leave the path out.", PathText.Format(node.Path));
        }

        return node;
    }

    private static bool IsBelow(byte[] path, byte[] root) =>
        path.AsSpan().StartsWith(root) && (path.Length == root.Length || root[^1] == '/' || path[root.Length] == '/');

    private static void Add(SourceNode trie, byte[] path)
    {
        byte[] trimmed = Trim(path, out bool follow);
        SourceNode node = trie;
        foreach (Range part in Parts(trimmed))
        {
            if (node.IsWhole)
            {
                return;
            }

            byte[] name = trimmed[part];
            if (!node.Children.TryGetValue(name, out SourceNode? next))
            {
                next = new SourceNode { Name = name };
                node.Children.Add(name, next);
            }

            node = next;
        }

        node.Path = trimmed;
        node.FollowLink |= follow;
        node.Children.Clear();
    }

    private static void Collect(SourceNode node, List<byte[]> paths)
    {
        List<SourceNode> whole = [];
        CollectNodes(node, whole);
        foreach (SourceNode each in whole)
        {
            paths.Add(each.Path!);
        }
    }

    private static void CollectNodes(SourceNode top, List<SourceNode> whole)
    {
        Stack<SourceNode> open = new([top]);
        while (open.TryPop(out SourceNode? node))
        {
            if (node.IsWhole)
            {
                whole.Add(node);
                continue;
            }

            foreach (SourceNode child in node.Children.Values.Reverse())
            {
                open.Push(child);
            }
        }
    }

    private static byte[] Trim(byte[] path, out bool followLink)
    {
        int length = path.Length;
        while (length > 1 && path[length - 1] == '/')
        {
            length--;
        }

        followLink = length < path.Length;
        return path[..length];
    }

    /// <summary>The ranges of the names in a path.</summary>
    private static List<Range> Parts(byte[] path)
    {
        List<Range> parts = [];
        int start = 0;
        for (int i = 0; i <= path.Length; i++)
        {
            if (i == path.Length || path[i] == '/')
            {
                if (i > start)
                {
                    parts.Add(start..i);
                }

                start = i + 1;
            }
        }

        return parts;
    }
}
