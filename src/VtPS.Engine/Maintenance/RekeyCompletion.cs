using System.Security.Cryptography;
using VtPS.Engine.Encryption;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Maintenance;

/// <summary>
/// The end of a rewrite under a Store's present key: once no lease and no data file of an older epoch stands, readers are told to believe no older one. Backups,
/// which are written once and never again, stay as they lie there; those of older epochs are vouched for, each by the hash of its very bytes.
/// </summary>
internal static class RekeyCompletion
{
    /// <summary>Finishes, if there is nothing left to wait for; safe beside others that do so at the same time, and cut short anywhere.</summary>
    /// <returns>Whether the rewrite is finished, now or since before.</returns>
    /// <exception cref="VtException">PasswordRequired: the key was changed once more. DataFileDamaged: a backup cannot be opened.</exception>
    public static async Task<bool> TryFinishAsync(StoreSession store, CancellationToken cancellationToken)
    {
        KeyRing keys = store.Keys!;
        uint epoch = keys.Current.Epoch;

        // A writer under an old key has put its lease before the present epoch began, or it would have found out: so once none stands, none will come.
        // What one that was buried still puts is not believed, and it finds out before it reports success.
        await store.CheckEpochAsync(cancellationToken).ConfigureAwait(false);
        if (await AnyOlderAsync(store, StoreNames.Leases, epoch, cancellationToken).ConfigureAwait(false)
            || await AnyOlderAsync(store, StoreNames.Trash, epoch, cancellationToken).ConfigureAwait(false)
            || await AnyOlderFileAsync(store, epoch, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        KeyListing listing = await KeyListing.ReadAsync(store.RawStorage, cancellationToken).ConfigureAwait(false);
        if (!listing.IsRekeyed)
        {
            KeyRing finished = new(keys.StoreId, keys.Current, keys.Keys, epoch, await VouchAsync(store, keys, cancellationToken).ConfigureAwait(false));
            string name = EpochRecord.NameOf(epoch, true);

            // What others removed, and died before it was durable, must not come back after a power cut: from now on it could not be opened.
            await store.RawStorage.FlushNamesAsync(FoldersOfSealed(), cancellationToken).ConfigureAwait(false);
            try
            {
                await store.RawStorage.PutAsync(name, DataFileId.New().ToString(), EpochRecord.Write(finished, true, store.ConfigBytes), cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectExistsException)
            {
                // Another run has come to the same end.
            }
        }

        new EpochMemory(epoch, epoch, keys.Current.KeyId).Save(store.CacheFolder, store.Config.Id);
        foreach (string name in listing.EpochNames)
        {
            if (EpochRecord.TryParseName(name, out uint older, out _) && older < epoch)
            {
                await store.RawStorage.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
            }
        }

        return true;
    }

    /// <summary>Every folder in which there may have been something that is sealed.</summary>
    private static List<string> FoldersOfSealed()
    {
        List<string> folders = [StoreNames.Backups.TrimEnd('/'), StoreNames.Leases.TrimEnd('/'), StoreNames.Trash.TrimEnd('/')];
        for (int i = 0; i < 256; i++)
        {
            folders.Add(StoreNames.DataFolder((byte)i));
        }

        return folders;
    }

    /// <summary>Whether a data file of an older epoch, one that is still read, stands. One that cannot be told of counts as such.</summary>
    private static async Task<bool> AnyOlderFileAsync(StoreSession store, uint epoch, CancellationToken cancellationToken)
    {
        await foreach (ObjectInfo info in store.Storage.ListAsync(StoreNames.Data, cancellationToken).ConfigureAwait(false))
        {
            if (StoreNames.TryParseDataFile(info.Name, out DataFileId file))
            {
                try
                {
                    if (await store.DataFiles.ReadEpochAsync(file, cancellationToken).ConfigureAwait(false) is var of && of < epoch && of >= store.Keys!.Minimum)
                    {
                        return true;
                    }
                }
                catch (InvalidDataException)
                {
                    return true;
                }
                catch (ObjectNotFoundException)
                {
                }
            }
        }

        return false;
    }

    private static async Task<bool> AnyOlderAsync(StoreSession store, string prefix, uint epoch, CancellationToken cancellationToken)
    {
        foreach (ObjectInfo info in await store.Storage.ListAllAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            if (!StoreNames.TryParseNumbered(prefix, info.Name, out _, out long number) || number != 0)
            {
                continue;
            }

            byte[] head = new byte[ObjectSeal.HeadLength];
            try
            {
                int read = await store.RawStorage.ReadAsync(info.Name, 0, head, cancellationToken).ConfigureAwait(false);
                if (ObjectSeal.ReadEpoch(info.Name, head.AsSpan(0, read)) < epoch)
                {
                    return true;
                }
            }
            catch (InvalidDataException)
            {
                return true;
            }
            catch (ObjectNotFoundException)
            {
            }
        }

        return false;
    }

    /// <summary>The hashes of the backups and amendments of older epochs, each of which opens.</summary>
    private static async Task<Dictionary<string, byte[]>> VouchAsync(StoreSession store, KeyRing keys, CancellationToken cancellationToken)
    {
        Dictionary<string, byte[]> vouched = new(StringComparer.Ordinal);
        foreach (ObjectInfo info in await store.RawStorage.ListAllAsync(StoreNames.Backups, cancellationToken).ConfigureAwait(false))
        {
            if (!StoreNames.TryParseNumbered(StoreNames.Backups, info.Name, out _, out _))
            {
                continue;
            }

            try
            {
                byte[] bytes = await store.RawStorage.GetAsync(info.Name, Array.MaxLength, cancellationToken).ConfigureAwait(false);
                ObjectSeal.Open(keys, info.Name, bytes);
                if (ObjectSeal.ReadEpoch(info.Name, bytes) < keys.Current.Epoch)
                {
                    vouched[info.Name] = SHA256.HashData(bytes);
                }
            }
            catch (ObjectNotFoundException)
            {
            }
            catch (InvalidDataException e)
            {
                throw new VtException(VtErrorId.DataFileDamaged, $"The rewrite is not finished: {e.Message} Run Test-VtStore to see what else is damaged, and Repair-VtStore.", info.Name, e);
            }
        }

        return vouched;
    }
}
