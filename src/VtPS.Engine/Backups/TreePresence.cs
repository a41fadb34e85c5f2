using VtPS.Engine.Blocks;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Backups;

/// <summary>Looks up every block of a tree. A reference met before is not looked at again.</summary>
internal sealed class TreePresence(StoreSession store, Func<VtHash, bool> has)
{
    // One block can be a file's content, a directory and a list of references at once: what was met as the one is not yet looked at as the other.
    private readonly HashSet<(BlockKey Block, VtBlockKind Kind, bool HasMoreBelow)> _seen = [];

    /// <summary>Whether every block of a backup is in the Store, by a writer's latest look at it. What cannot be read there counts as missing.</summary>
    public static async Task<bool> HasBackupAsync(StoreWriter writer, VtBackup backup)
    {
        try
        {
            TreePresence presence = new(writer.Session, writer.Has);
            return await presence.HasAllAsync(VtBlockReference.Parse(backup.Root), isDirectory: true).ConfigureAwait(false)
                && (backup.SideCar is null || await presence.HasSideCarAsync(backup.SideCar).ConfigureAwait(false));
        }
        catch (VtException)
        {
            return false;
        }
    }

    /// <summary>Whether all blocks of some content are there; of a directory also those of everything below.</summary>
    /// <exception cref="VtException">A block that is there cannot be read.</exception>
    public async Task<bool> HasAllAsync(VtBlockReference content, bool isDirectory)
    {
        Stack<(VtBlockReference Content, bool IsDirectory)> open = new([(content, isDirectory)]);
        while (open.TryPop(out (VtBlockReference Content, bool IsDirectory) next))
        {
            if (next.Content.Hash is { } hash && !_seen.Add((BlockKey.Of(hash), next.Content.Kind, next.IsDirectory)))
            {
                continue;
            }

            if (!await HasTreeAsync(next.Content).ConfigureAwait(false))
            {
                return false;
            }

            if (next.IsDirectory)
            {
                await foreach (TreeEntry entry in store.Trees.ReadDirectoryAsync(next.Content, CancellationToken.None).ConfigureAwait(false))
                {
                    if (entry.Content is not null)
                    {
                        open.Push((entry.Content, entry.Type == VtItemType.Directory));
                    }
                }
            }
        }

        return true;
    }

    /// <summary>Whether all blocks of a side-car and those below it are there.</summary>
    public async Task<bool> HasSideCarAsync(VtBlockReference sideCar)
    {
        Stack<VtBlockReference> open = new([sideCar]);
        while (open.TryPop(out VtBlockReference? next))
        {
            if (next.Hash is { } hash && !_seen.Add((BlockKey.Of(hash), next.Kind, true)))
            {
                continue;
            }

            if (!await HasTreeAsync(next).ConfigureAwait(false))
            {
                return false;
            }

            foreach (VtBlockReference child in SideCarCodec.ReadDirectories(await ((StoreTreeReader)store.Trees).ReadContentAsync(next, CancellationToken.None).ConfigureAwait(false)))
            {
                open.Push(child);
            }
        }

        return true;
    }

    private async Task<bool> HasTreeAsync(VtBlockReference reference)
    {
        if (reference.Hash is not { } hash)
        {
            return true;
        }

        if (!has(hash))
        {
            return false;
        }

        if (reference.Kind == VtBlockKind.Indirect)
        {
            foreach (VtBlockReference child in await BlockTree.ReadIndirectAsync(store.Blocks, reference, CancellationToken.None).ConfigureAwait(false))
            {
                if (!await HasTreeAsync(child).ConfigureAwait(false))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
