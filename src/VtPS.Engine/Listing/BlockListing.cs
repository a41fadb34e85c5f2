using System.Runtime.CompilerServices;
using VtPS.Engine.IO;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Listing;

/// <summary>Lists blocks, streaming.</summary>
internal static class BlockListing
{
    /// <summary>Every block of the Store in the order of hash bytes.</summary>
    public static IEnumerable<VtBlock> OfStore(StoreSession store)
    {
        VtStore info = store.Info;
        foreach ((VtHash hash, BlockLocation location) in store.Index.Enumerate())
        {
            yield return Create(info, VtBlockReference.OfHash(hash, location.BlockLength), location, null, 0);
        }
    }

    /// <summary>One block by its hash.</summary>
    /// <exception cref="VtException">BlockNotFound; InvalidHash for a hash of another function than the Store's.</exception>
    public static VtBlock OfHash(StoreSession store, VtHash hash)
    {
        CheckHashName(store.Blocks.HashName, hash);
        return store.Index.TryFind(hash, out BlockLocation location)
            ? Create(store.Info, VtBlockReference.OfHash(hash, location.BlockLength), location, null, 0)
            : throw new VtException(VtErrorId.BlockNotFound, $"The Store '{store.Info.Path}' has no block {hash}. Get-VtBlock without a hash lists those that it has.", hash);
    }

    /// <summary>
    /// Every block that a backup needs, each once: directories, side-car, indirect blocks and content, in the order of a walk.
    /// A block that is missing is given with <see cref="VtBlock.IsPresent"/> false as long as nothing below it must be read.
    /// </summary>
    /// <exception cref="VtException">BlockNotFound, BlockDamaged for a directory or an indirect block.</exception>
    public static async IAsyncEnumerable<VtBlock> OfBackupAsync(StoreSession store, VtBackup backup, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        VtStore info = store.Info;
        BackupBlockWalk walk = new(store.Trees, store.Blocks);
        await foreach (VtBlockReference reference in walk.WalkAsync(backup, cancellationToken).ConfigureAwait(false))
        {
            yield return Create(store, info, reference, null, 0);
        }
    }

    /// <summary>The blocks of an item in order: a file's leaves with their offsets (literals and runs too), a directory's own blocks, indirect ones included.</summary>
    /// <exception cref="VtException">BlockNotFound, BlockDamaged for an indirect block; ItemNotFound for an item that has lost its reference.</exception>
    public static async IAsyncEnumerable<VtBlock> OfItemAsync(StoreSession store, VtItem item, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (item.Reference is null)
        {
            yield break;
        }

        if (!VtBlockReference.TryParse(item.Reference, out VtBlockReference? content))
        {
            throw new VtException(VtErrorId.InvalidArgument, $"The item '{item.Path}' has the reference '{item.Reference}', which is none. Take the item from Get-VtItem anew.", item.Path);
        }

        VtStore info = store.Info;
        if (item.ItemType == VtItemType.Directory)
        {
            long at = 0;
            await foreach (VtBlockReference reference in ReferenceWalk.WalkAsync(store.Blocks, content, cancellationToken).ConfigureAwait(false))
            {
                yield return Create(store, info, reference, item.Path, at);
                at += reference.Kind == VtBlockKind.Indirect ? 0 : reference.Length;
            }

            yield break;
        }

        await foreach ((long offset, VtBlockReference leaf) in store.Trees.ReadLeavesAsync(content, false, cancellationToken).ConfigureAwait(false))
        {
            yield return Create(store, info, leaf, item.Path, offset);
        }
    }

    /// <summary>The chunks of a live file as this Store would cut and name them, with <see cref="VtBlock.IsPresent"/>; nothing is stored.</summary>
    /// <exception cref="VtException">PathNotFound, SourceDenied, SourceReadFailed.</exception>
    public static async IAsyncEnumerable<VtBlock> OfFileAsync(StoreSession store, byte[] path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        VtStore info = store.Info;
        string text = PathText.Format(path);
        await foreach ((long offset, VtBlockReference chunk) in LiveFileChunks.ReadAsync(store.Chunker, store.Blocks.HashName, path, cancellationToken).ConfigureAwait(false))
        {
            BlockLocation location = default;
            bool present = chunk.Hash is null || store.Index.TryFind(chunk.Hash, out location);
            yield return Create(info, chunk, present && chunk.Hash is not null ? location : null, text, offset, present, isLive: true);
        }
    }

    /// <summary>Refuses a hash that the Store cannot have.</summary>
    /// <exception cref="VtException">InvalidHash.</exception>
    internal static void CheckHashName(VtHashName ofStore, VtHash? hash)
    {
        if (hash is not null && hash.Name != ofStore)
        {
            throw new VtException(VtErrorId.InvalidHash, $"{hash} is a {VtHashNames.Text(hash.Name)} hash, but the Store names its blocks by {VtHashNames.Text(ofStore)}.", hash);
        }
    }

    private static VtBlock Create(StoreSession store, VtStore info, VtBlockReference reference, string? path, long offset)
    {
        BlockLocation location = default;
        bool present = reference.Hash is null || store.Index.TryFind(reference.Hash, out location);
        return Create(info, reference, present && reference.Hash is not null ? location : null, path, offset, present);
    }

    private static VtBlock Create(VtStore info, VtBlockReference reference, BlockLocation? location, string? path, long offset, bool present = true, bool isLive = false) => new()
    {
        Store = isLive ? null : info.Path,
        Hash = reference.Hash?.ToString(),
        Kind = reference.Kind,

        // An indirect reference stands for more bytes than its block has; the block's own length is in the index.
        Length = location?.BlockLength ?? (reference.Kind == VtBlockKind.Indirect ? 0 : reference.Length),
        StoredLength = location is { } place ? Share(place) : 0,
        IsPresent = present,
        DataFile = location?.File.ToString(),
        RecordOffset = location?.RecordOffset ?? 0,
        Path = path,
        Offset = offset,
        Reference = reference.ToString(),
        Origin = info,
    };

    // A record holds many blocks in one compressed piece: each is given its share by length, so that the sum over a record is about the record.
    private static long Share(in BlockLocation place) =>
        place.PlainLength == 0 ? place.RecordLength : (long)Math.Round((double)place.RecordLength * place.BlockLength / place.PlainLength);
}
