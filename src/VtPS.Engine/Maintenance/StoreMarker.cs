using VtPS.Engine.Backups;
using VtPS.Engine.Blocks;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Maintenance;

/// <summary>
/// Finds every block that the backups of a Store need: directories, side-cars, indirect blocks and content. Anything that cannot be read or understood ends it:
/// what is not marked may be deleted.
/// </summary>
internal sealed class StoreMarker(StoreSession store)
{
    private readonly HashSet<BlockKey> _needed = [];

    // One block can be a chunk of a file, a directory and a list of references at once: having met it as the one says nothing of what it stands on as the other.
    private readonly HashSet<(BlockKey Block, VtBlockKind Kind, Role Role)> _walked = [];

    /// <summary>The blocks found so far.</summary>
    public IReadOnlySet<BlockKey> Needed => _needed;

    /// <summary>How many backups were marked.</summary>
    public long Backups { get; private set; }

    /// <summary>Marks what every backup needs that is there now.</summary>
    /// <exception cref="VtException">A record, an amendment, a directory or an indirect block is missing, damaged or of an unknown form.</exception>
    public async Task MarkAllAsync(CancellationToken cancellationToken)
    {
        while (!await TryMarkAllAsync(cancellationToken).ConfigureAwait(false))
        {
            // A backup was removed, and what it stood on deleted, while it was marked. What it was the first to meet may be marked in part: begin anew.
            _needed.Clear();
            _walked.Clear();
            Backups = 0;
        }
    }

    private async Task<bool> TryMarkAllAsync(CancellationToken cancellationToken)
    {
        List<VtBackup> backups = await BackupCatalog.ReadAllAsync(store, e => throw Refused(e), cancellationToken).ConfigureAwait(false);
        foreach (VtBackup backup in backups)
        {
            try
            {
                await MarkTreeAsync(VtBlockReference.Parse(backup.Root), cancellationToken).ConfigureAwait(false);
                if (backup.SideCar is { } sideCar)
                {
                    await MarkSideCarAsync(sideCar, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is VtException or InvalidDataException)
            {
                if (await store.Storage.GetLengthAsync(StoreNames.Backup(backup.Id), cancellationToken).ConfigureAwait(false) is null)
                {
                    return false;
                }

                throw Refused(new VtException((e as VtException)?.ErrorId ?? VtErrorId.BlockDamaged, $"Backup {backup.Id}: {e.Message}", backup.Id, e));
            }

            Backups++;
        }

        return true;
    }

    private enum Role
    {
        Content,
        Directory,
        SideCar,
    }

    private static VtException Refused(VtException cause) =>
        new(cause.ErrorId, $"Nothing was deleted, because not all that the backups need could be found out. {cause.Message}", cause.Target, cause);

    private async Task MarkTreeAsync(VtBlockReference root, CancellationToken cancellationToken)
    {
        Stack<(VtBlockReference Content, bool IsDirectory)> open = new([(root, true)]);
        while (open.TryPop(out (VtBlockReference Content, bool IsDirectory) next))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!await MarkBlocksAsync(next.Content, next.IsDirectory ? Role.Directory : Role.Content, cancellationToken).ConfigureAwait(false) || !next.IsDirectory)
            {
                continue;
            }

            await foreach (TreeEntry entry in store.Trees.ReadDirectoryAsync(next.Content, cancellationToken).ConfigureAwait(false))
            {
                if (entry.Content is { } content)
                {
                    open.Push((content, entry.Type == VtItemType.Directory));
                }
            }
        }
    }

    private async Task MarkSideCarAsync(VtBlockReference root, CancellationToken cancellationToken)
    {
        Stack<VtBlockReference> open = new([root]);
        while (open.TryPop(out VtBlockReference? next))
        {
            if (await MarkBlocksAsync(next, Role.SideCar, cancellationToken).ConfigureAwait(false))
            {
                foreach (VtBlockReference child in SideCarCodec.ReadDirectories(await ((StoreTreeReader)store.Trees).ReadContentAsync(next, cancellationToken).ConfigureAwait(false)))
                {
                    open.Push(child);
                }
            }
        }
    }

    /// <summary>Marks a reference's own blocks; false if that was done before in the same role, with everything below.</summary>
    private async ValueTask<bool> MarkBlocksAsync(VtBlockReference reference, Role role, CancellationToken cancellationToken)
    {
        if (reference.Hash is not { } hash)
        {
            return true;
        }

        BlockKey key = BlockKey.Of(hash);
        bool isNew = _needed.Add(key);
        if (role == Role.Content && reference.Kind != VtBlockKind.Indirect)
        {
            return isNew;
        }

        if (!_walked.Add((key, reference.Kind, role)))
        {
            return false;
        }

        if (reference.Kind == VtBlockKind.Indirect)
        {
            foreach (VtBlockReference child in await BlockTree.ReadIndirectAsync(store.Blocks, reference, cancellationToken).ConfigureAwait(false))
            {
                await MarkBlocksAsync(child, Role.Content, cancellationToken).ConfigureAwait(false);
            }
        }

        return true;
    }
}
