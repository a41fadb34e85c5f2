using VtPS.Engine.Blocks;
using VtPS.Engine.Protocol;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Copies;

/// <summary>
/// Finds from the top which blocks of a backup a destination lacks. What is known to be complete below is not gone into; of the rest some directories at a time are
/// read ahead, so that a distant source does not cost a round trip for each. Memory grows with the depth and breadth of the open path, not with the tree.
/// </summary>
/// <param name="source">The Store that has the backup.</param>
/// <param name="has">Whether the destination has a block.</param>
/// <param name="isComplete">Whether the destination has a directory or side-car with everything below it.</param>
/// <param name="sink">Takes what is found.</param>
internal sealed class TreeDifference(StoreSession source, Func<VtHash, bool> has, Func<VtHash, bool> isComplete, IMissingBlockSink sink)
{
    /// <summary>How many directories are read ahead: their records together must fit in the reader's cache.</summary>
    private const int ReadAhead = 16;

    /// <summary>How many places looked at are remembered; what is forgotten is looked at again, which costs time alone.</summary>
    private const int SeenMaximum = 1 << 19;

    private const int MaximumDepth = 16;

    // One block can be a file's content, a directory and a list of references at once: what was met as the one is not yet looked at as the other.
    private readonly HashSet<(BlockKey Block, VtBlockKind Kind, Role Role)> _seen = [];
    private readonly Stack<CopyNode> _open = new();

    private enum Role
    {
        Content,
        Directory,
        SideCar,
    }

    /// <summary>Looks at a backup's tree and side-car.</summary>
    /// <exception cref="UnreadableBackupException">A part of it cannot be read.</exception>
    public async Task WalkAsync(VtBackup backup, CancellationToken cancellationToken)
    {
        Enter(new CopyNode(null, null, VtBlockReference.Parse(backup.Root), isSideCar: false));
        if (backup.SideCar is { } sideCar)
        {
            Enter(new CopyNode(null, null, sideCar, isSideCar: true));
        }

        List<CopyNode> next = [];
        while (_open.Count > 0)
        {
            next.Clear();
            while (next.Count < ReadAhead && _open.TryPop(out CopyNode? node))
            {
                next.Add(node);
            }

            await ReadAheadAsync(next, cancellationToken).ConfigureAwait(false);
            foreach (CopyNode node in next)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await LookAsync(node, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private void Enter(CopyNode node)
    {
        if (node.Content.Hash is { } hash
            && (isComplete(hash) || !IsNew(hash, node.Content.Kind, node.IsSideCar ? Role.SideCar : Role.Directory)))
        {
            // One met before may not be finished yet: then what is above this one is finished sooner than it. Nothing but the order of writing rests on that.
            return;
        }

        node.Parent?.Expect();
        _open.Push(node);
    }

    private bool IsNew(VtHash hash, VtBlockKind kind, Role role)
    {
        (BlockKey, VtBlockKind, Role) key = (BlockKey.Of(hash), kind, role);
        return _seen.Count < SeenMaximum ? _seen.Add(key) : !_seen.Contains(key);
    }

    private async Task ReadAheadAsync(List<CopyNode> nodes, CancellationToken cancellationToken)
    {
        if (nodes.Count > 1 && source.RawStorage is RemoteObjectStorage)
        {
            await Task.WhenAll(nodes.Select(node => TouchAsync(node, cancellationToken))).ConfigureAwait(false);
        }
    }

    private async Task TouchAsync(CopyNode node, CancellationToken cancellationToken)
    {
        try
        {
            if (node.Content.Hash is { } hash)
            {
                await source.Blocks.GetAsync(hash, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (VtException)
        {
            // Whoever reads it in its turn meets the same.
        }
    }

    private async Task LookAsync(CopyNode node, CancellationToken cancellationToken)
    {
        byte[]? at = null;
        try
        {
            await LookAtContentAsync(node, null, node.Content, node.IsSideCar ? Role.SideCar : Role.Directory, cancellationToken).ConfigureAwait(false);
            if (node.IsSideCar)
            {
                foreach (VtBlockReference child in SideCarCodec.ReadDirectories(await ((StoreTreeReader)source.Trees).ReadContentAsync(node.Content, cancellationToken).ConfigureAwait(false)))
                {
                    Enter(new CopyNode(node, null, child, isSideCar: true));
                }
            }
            else
            {
                await foreach (TreeEntry entry in source.Trees.ReadDirectoryAsync(node.Content, cancellationToken).ConfigureAwait(false))
                {
                    if (entry.Content is not { } content)
                    {
                        continue;
                    }

                    if (entry.Type == VtItemType.Directory)
                    {
                        Enter(new CopyNode(node, entry.Name, content, isSideCar: false));
                        continue;
                    }

                    at = entry.Name;
                    await LookAtContentAsync(node, entry.Name, content, Role.Content, cancellationToken).ConfigureAwait(false);
                    sink.LookedAt(entry.Size);
                    at = null;
                }
            }
        }
        catch (Exception e) when (e is VtException or InvalidDataException)
        {
            if (!await UnreadableBackupException.IsDamageAsync(source, e, cancellationToken).ConfigureAwait(false))
            {
                throw;
            }

            throw new UnreadableBackupException(UnreadableBackupException.PathOf(node, at), 0, e);
        }

        for (CopyNode? done = node; done is not null && done.Release(); done = done.Parent)
        {
            await sink.FinishAsync(done, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Looks up every block of a file, or of a directory or side-car itself.</summary>
    private async ValueTask LookAtContentAsync(CopyNode node, byte[]? name, VtBlockReference content, Role role, CancellationToken cancellationToken)
    {
        if (content.Kind != VtBlockKind.Indirect)
        {
            await LookAtBlockAsync(node, name, content, role == Role.Content, cancellationToken).ConfigureAwait(false);
            return;
        }

        Stack<(VtBlockReference Reference, int Depth)> open = new([(content, 0)]);
        while (open.TryPop(out (VtBlockReference Reference, int Depth) next))
        {
            await LookAtBlockAsync(node, name, next.Reference, role == Role.Content, cancellationToken).ConfigureAwait(false);
            if (next.Reference.Kind != VtBlockKind.Indirect || (role == Role.Content && !IsNew(next.Reference.Hash!, VtBlockKind.Indirect, role)))
            {
                continue;
            }

            if (next.Depth >= MaximumDepth)
            {
                throw new VtException(VtErrorId.BlockDamaged, $"The block tree of {content} is deeper than a tree can be.", content.Hash);
            }

            List<VtBlockReference> children = await BlockTree.ReadIndirectAsync(source.Blocks, next.Reference, cancellationToken).ConfigureAwait(false);
            for (int i = children.Count - 1; i >= 0; i--)
            {
                open.Push((children[i], next.Depth + 1));
            }
        }
    }

    private ValueTask LookAtBlockAsync(CopyNode node, byte[]? name, VtBlockReference reference, bool isContent, CancellationToken cancellationToken)
    {
        if (reference.Hash is not { } hash || has(hash))
        {
            return ValueTask.CompletedTask;
        }

        bool isList = reference.Kind == VtBlockKind.Indirect;
        MissingBlock block = new(hash, isList ? 0 : reference.Length, node, name);
        if (isContent && !isList)
        {
            return sink.AddContentAsync(block, cancellationToken);
        }

        node.Blocks.Add(block);
        return ValueTask.CompletedTask;
    }
}
