using VtPS.Engine.Blocks;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Maintenance;

/// <summary>
/// Looks at everything that backups stand on: each directory once, however many backups share it. For one thread. A block that is there counts as good here;
/// whether its bytes are is another test.
/// </summary>
/// <param name="blocks">The Store's blocks.</param>
/// <param name="damage">Gets what is found.</param>
/// <param name="needed">Gets every block met; null where nobody wants them.</param>
internal sealed class TreeTest(TestBlocks blocks, DamageMap damage, HashSet<BlockKey>? needed)
{
    private const int MaximumDepth = 16;

    private readonly HashSet<(BlockKey, long)> _directories = [];
    private readonly HashSet<(BlockKey, long)> _sideCars = [];
    private readonly HashSet<(BlockKey, long)> _indirect = [];

    /// <summary>Looks at a backup's tree and side-car.</summary>
    public async Task RunAsync(VtBackup backup, CancellationToken cancellationToken)
    {
        Stack<VtBlockReference> open = new([VtBlockReference.Parse(backup.Root)]);
        while (open.TryPop(out VtBlockReference? directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (directory.Hash is { } hash && !_directories.Add((BlockKey.Of(hash), directory.Length)))
            {
                continue;
            }

            if (await LookAsync(directory, cancellationToken).ConfigureAwait(false))
            {
                await ReadDirectoryAsync(directory, open, cancellationToken).ConfigureAwait(false);
            }
        }

        if (backup.SideCar is { } sideCar)
        {
            await LookAtSideCarsAsync(sideCar, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ReadDirectoryAsync(VtBlockReference directory, Stack<VtBlockReference> open, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (TreeEntry entry in blocks.Trees.ReadDirectoryAsync(directory, cancellationToken).ConfigureAwait(false))
            {
                if (entry.Content is not { } content)
                {
                    continue;
                }

                if (entry.Type == VtItemType.Directory)
                {
                    open.Push(content);
                }
                else
                {
                    await LookAsync(content, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (VtException e) when (TreeDamage.Is(e))
        {
            damage.AddTree(directory, isDirectory: true, e);
        }
    }

    private async Task LookAtSideCarsAsync(VtBlockReference top, CancellationToken cancellationToken)
    {
        Stack<VtBlockReference> open = new([top]);
        while (open.TryPop(out VtBlockReference? sideCar))
        {
            if ((sideCar.Hash is { } hash && !_sideCars.Add((BlockKey.Of(hash), sideCar.Length)))
                || !await LookAsync(sideCar, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            try
            {
                foreach (VtBlockReference child in SideCarCodec.ReadDirectories(await blocks.Trees.ReadContentAsync(sideCar, cancellationToken).ConfigureAwait(false)))
                {
                    open.Push(child);
                }
            }
            catch (Exception e) when (e is InvalidDataException || (e is VtException vt && TreeDamage.Is(vt)))
            {
                damage.AddTree(sideCar, isDirectory: true, e);
            }
        }
    }

    /// <summary>Looks up every block of some content; false if one of those that lead to others is not there.</summary>
    private async ValueTask<bool> LookAsync(VtBlockReference content, CancellationToken cancellationToken)
    {
        if (content.Hash is null)
        {
            return true;
        }

        if (content.Kind == VtBlockKind.Hash)
        {
            return await LookAtBlockAsync(content, cancellationToken).ConfigureAwait(false);
        }

        bool whole = true;
        Stack<(VtBlockReference Reference, int Depth)> open = new([(content, 0)]);
        while (open.TryPop(out (VtBlockReference Reference, int Depth) next))
        {
            if (next.Reference.Kind != VtBlockKind.Indirect)
            {
                whole &= next.Reference.Hash is null || await LookAtBlockAsync(next.Reference, cancellationToken).ConfigureAwait(false);
                continue;
            }

            BlockKey key = BlockKey.Of(next.Reference.Hash!);
            needed?.Add(key);
            if (!_indirect.Add((key, next.Reference.Length)))
            {
                whole &= !damage.Has(next.Reference, isDirectory: false);
                continue;
            }

            try
            {
                if (next.Depth >= MaximumDepth)
                {
                    throw new VtException(VtErrorId.BlockDamaged, $"The block tree of {content} is deeper than a tree can be.");
                }

                foreach (VtBlockReference child in await BlockTree.ReadIndirectAsync(blocks.Reader, next.Reference, cancellationToken).ConfigureAwait(false))
                {
                    open.Push((child, next.Depth + 1));
                }
            }
            catch (VtException e) when (TreeDamage.Is(e))
            {
                whole = false;
                damage.AddTree(next.Reference, isDirectory: false, e);
            }
        }

        return whole;
    }

    private async ValueTask<bool> LookAtBlockAsync(VtBlockReference reference, CancellationToken cancellationToken)
    {
        needed?.Add(BlockKey.Of(reference.Hash!));
        int length = await blocks.FindAsync(reference.Hash!, cancellationToken).ConfigureAwait(false);
        if (length == reference.Length)
        {
            return true;
        }

        if (length < 0)
        {
            damage.AddMissing(reference);
        }
        else
        {
            damage.AddTree(reference, isDirectory: false, new InvalidDataException($"The block {reference.Hash} is {length} bytes long, but a reference to it says {reference.Length}."));
        }

        return false;
    }
}
