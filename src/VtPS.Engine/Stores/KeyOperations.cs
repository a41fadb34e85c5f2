using VtPS.Engine.Encryption;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>Lists, adds and removes the key slots of an encrypted Store, and changes its key.</summary>
internal static class KeyOperations
{
    /// <summary>The slots that there are.</summary>
    /// <param name="store">The Store.</param>
    /// <param name="onDamaged">Told of each slot that cannot be used.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="VtException">InvalidArgument for a plain Store, StoreReadFailed.</exception>
    public static async Task<List<VtKey>> ListAsync(StoreSession store, Action<VtException> onDamaged, CancellationToken cancellationToken)
    {
        RequireKeys(store);
        KeyListing listing = await KeyListing.ReadAsync(store.RawStorage, cancellationToken).ConfigureAwait(false);
        (List<KeySlot> slots, List<string> damaged) = await ReadSlotsAsync(store.RawStorage, listing, cancellationToken).ConfigureAwait(false);
        foreach (string sentence in damaged)
        {
            onDamaged(new VtException(VtErrorId.DataFileDamaged, sentence + " Remove-VtKey (vt key remove) removes it, if another slot is left.", store.Info.Path));
        }

        return slots.ConvertAll(slot => ToKey(store, slot, slot.Epoch == listing.Epoch ? VtKeyStatus.Active : VtKeyStatus.Ended));
    }

    /// <summary>Adds a slot for each secret.</summary>
    /// <exception cref="VtException">InvalidArgument for a plain Store or no secret, PasswordRequired where the key was changed meanwhile, StoreWriteFailed, StoreFull.</exception>
    public static async Task<List<VtKey>> AddAsync(StoreSession store, StoreCredentials secrets, int iterations, CancellationToken cancellationToken)
    {
        KeyRing keys = RequireKeys(store);
        List<KeySlot> slots = await MakeSlotsAsync(keys, secrets, iterations, cancellationToken).ConfigureAwait(false);
        WriterLease lease = await WriterLease.PutAsync(store.Storage, "add key", cancellationToken).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            await PutSlotsAsync(store, lease, slots, cancellationToken).ConfigureAwait(false);
            try
            {
                await store.CheckEpochAsync(cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                await DeleteSlotsAsync(store, slots).ConfigureAwait(false);
                throw;
            }
        }

        return slots.ConvertAll(slot => ToKey(store, slot, VtKeyStatus.Active));
    }

    /// <summary>Finds the one slot that an id or a prefix of one means; a damaged one too.</summary>
    /// <exception cref="VtException">ItemNotFound, InvalidArgument for a prefix of several or a plain Store.</exception>
    public static async Task<string> ResolveAsync(StoreSession store, string prefix, CancellationToken cancellationToken)
    {
        RequireKeys(store);
        KeyListing listing = await KeyListing.ReadAsync(store.RawStorage, cancellationToken).ConfigureAwait(false);
        List<string> found = [.. listing.SlotIds.Where(id => id.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))];
        return found.Count switch
        {
            1 => found[0],
            0 => throw new VtException(VtErrorId.ItemNotFound, $"The Store at '{store.Info.Path}' has no key slot whose id is or begins with '{prefix}'. Get-VtKey (vt key list) lists them.", prefix),
            _ => throw new VtException(VtErrorId.InvalidArgument, $"'{prefix}' begins the ids of {found.Count} key slots of '{store.Info.Path}'. Give more digits.", prefix),
        };
    }

    /// <summary>Removes a slot: what opened it opens the Store no longer, though not who has copied the slot. Null where it was gone already.</summary>
    /// <exception cref="VtException">LastKeyRefused; InvalidArgument for a plain Store.</exception>
    public static async Task<VtKey?> RemoveAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        KeyRing keys = RequireKeys(store);
        byte[] bytes;
        try
        {
            bytes = await store.RawStorage.GetAsync(KeySlot.NameOf(id), KeySlot.MaximumLength, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }

        await RequireOtherAsync(store, keys, id, cancellationToken).ConfigureAwait(false);
        await store.RawStorage.DeleteAsync(KeySlot.NameOf(id), cancellationToken).ConfigureAwait(false);
        try
        {
            // Someone else may have removed the other one at the same moment.
            await RequireOtherAsync(store, keys, id, CancellationToken.None).ConfigureAwait(false);
        }
        catch (VtException e) when (e.ErrorId == VtErrorId.LastKeyRefused)
        {
            await store.RawStorage.PutAsync(KeySlot.NameOf(id), id, bytes, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        try
        {
            return ToKey(store, KeySlot.Parse(id, bytes), VtKeyStatus.Ended);
        }
        catch (InvalidDataException)
        {
            return new VtKey { Store = store.Info.Path, StoreId = store.Info.StoreId, KeyId = id, Status = VtKeyStatus.Ended };
        }
    }

    /// <summary>
    /// Begins a new epoch: draws a new key, wraps it for the secrets, seals the older keys under it, and ends every other slot. What is stored from then on is sealed
    /// under the new key; what was stored before stays as it is until a rewrite. The record of the epoch is the commit: cut short before it, nothing has changed.
    /// </summary>
    /// <returns>The new slots, Active, and those that were ended.</returns>
    /// <exception cref="VtException">InvalidArgument for a plain Store or no secret, StoreBusy for another change at the same time, PasswordRequired, StoreWriteFailed, StoreFull.</exception>
    public static async Task<List<VtKey>> UpdateAsync(StoreSession store, StoreCredentials secrets, int iterations, CancellationToken cancellationToken)
    {
        KeyRing keys = RequireKeys(store);
        await store.CheckEpochAsync(cancellationToken).ConfigureAwait(false);

        // Read anew: a rewrite may have been finished since the Store was unlocked.
        KeyListing before = await KeyListing.ReadAsync(store.RawStorage, cancellationToken).ConfigureAwait(false);
        keys = await StoreUnlocking.ReadRingAsync(store.Address, store.Config, store.ConfigBytes, store.RawStorage, keys.Current, before.IsRekeyed, cancellationToken).ConfigureAwait(false);
        KeyRing next = new(keys.StoreId, EpochKey.Draw(keys.Current.Epoch + 1), keys.Keys, keys.Minimum, keys.Vouched);
        List<KeySlot> slots = await MakeSlotsAsync(next, secrets, iterations, cancellationToken).ConfigureAwait(false);
        WriterLease lease = await WriterLease.PutAsync(store.Storage, "change key", cancellationToken).ConfigureAwait(false);
        await using (lease.ConfigureAwait(false))
        {
            await store.CheckEpochAsync(cancellationToken).ConfigureAwait(false);
            await PutSlotsAsync(store, lease, slots, cancellationToken).ConfigureAwait(false);
            try
            {
                string name = EpochRecord.NameOf(next.Current.Epoch, false);
                await store.RawStorage.PutAsync(name, lease.Id.ToString(), EpochRecord.Write(next, false, store.ConfigBytes), cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectExistsException e)
            {
                await DeleteSlotsAsync(store, slots).ConfigureAwait(false);
                throw new VtException(VtErrorId.StoreBusy, $"Another change of the key of '{store.Info.Path}' was made at the same time; this one was withdrawn. Unlock the Store with its new password, and see whether another change is still needed.", store.Info.Path, e);
            }

            new EpochMemory(next.Current.Epoch, next.Minimum, next.Current.KeyId).Save(store.CacheFolder, store.Config.Id);
            return await EndOthersAsync(store, slots, next).ConfigureAwait(false);
        }
    }

    /// <summary>The slots that can be used and, as sentences, those that cannot.</summary>
    public static async Task<(List<KeySlot> Slots, List<string> Damaged)> ReadSlotsAsync(IObjectStorage storage, KeyListing listing, CancellationToken cancellationToken)
    {
        List<KeySlot> slots = [];
        List<string> damaged = [];
        foreach (string id in listing.SlotIds)
        {
            try
            {
                slots.Add(KeySlot.Parse(id, await storage.GetAsync(KeySlot.NameOf(id), KeySlot.MaximumLength, cancellationToken).ConfigureAwait(false)));
            }
            catch (InvalidDataException e)
            {
                damaged.Add($"Key slot {id} cannot be used: {e.Message}");
            }
            catch (ObjectNotFoundException)
            {
                // Removed since it was listed.
            }
        }

        return (slots, damaged);
    }

    /// <summary>Makes a slot for each secret; nothing is put.</summary>
    /// <exception cref="VtException">InvalidArgument where there is no secret; see <see cref="StoreCredentials.Read"/>.</exception>
    public static async Task<List<KeySlot>> MakeSlotsAsync(KeyRing keys, StoreCredentials secrets, int iterations, CancellationToken cancellationToken)
    {
        List<StoreSecret> read = secrets.Read();
        try
        {
            if (read.Count == 0)
            {
                throw new VtException(VtErrorId.InvalidArgument, "Neither a password nor a key file was given. Give one of them, or both.");
            }

            List<KeySlot> slots = [];
            foreach (StoreSecret secret in read)
            {
                slots.Add(await Task.Run(() => KeySlot.Create(keys.StoreId, keys.Current, secret, iterations), cancellationToken).ConfigureAwait(false));
            }

            return slots;
        }
        finally
        {
            read.ForEach(static secret => secret.Dispose());
        }
    }

    private static async Task<List<VtKey>> EndOthersAsync(StoreSession store, List<KeySlot> mine, KeyRing keys)
    {
        List<VtKey> all = mine.ConvertAll(slot => ToKey(store, slot, VtKeyStatus.Active));
        KeyListing listing = await KeyListing.ReadAsync(store.RawStorage, CancellationToken.None).ConfigureAwait(false);
        (List<KeySlot> slots, _) = await ReadSlotsAsync(store.RawStorage, listing, CancellationToken.None).ConfigureAwait(false);
        foreach (string id in listing.SlotIds)
        {
            KeySlot? slot = slots.Find(s => s.Id == id);
            if (slot?.KeyId == keys.Current.KeyId)
            {
                // One of these, or one that someone with the new password has added already.
                continue;
            }

            await store.RawStorage.DeleteAsync(KeySlot.NameOf(id), CancellationToken.None).ConfigureAwait(false);
            all.Add(slot is not null
                ? ToKey(store, slot, VtKeyStatus.Ended)
                : new VtKey { Store = store.Info.Path, StoreId = store.Info.StoreId, KeyId = id, Status = VtKeyStatus.Ended });
        }

        return all;
    }

    private static KeyRing RequireKeys(StoreSession store) => store.Keys
        ?? throw new VtException(VtErrorId.InvalidArgument, $"The Store at '{store.Info.Path}' is not encrypted: it has no keys. New-VtStore -Password or -KeyFile (vt init --password-file) makes an encrypted one.", store.Info.Path);

    private static async Task RequireOtherAsync(StoreSession store, KeyRing keys, string id, CancellationToken cancellationToken)
    {
        KeyListing listing = await KeyListing.ReadAsync(store.RawStorage, cancellationToken).ConfigureAwait(false);
        (List<KeySlot> slots, _) = await ReadSlotsAsync(store.RawStorage, listing, cancellationToken).ConfigureAwait(false);
        if (!slots.Exists(slot => slot.Id != id && slot.KeyId == keys.Current.KeyId))
        {
            throw new VtException(VtErrorId.LastKeyRefused, $"Key slot {id} is the last that opens the Store at '{store.Info.Path}': without it nothing in it could be read again. Add another with Add-VtKey (vt key add) first.", id);
        }
    }

    private static async Task PutSlotsAsync(StoreSession store, WriterLease lease, List<KeySlot> slots, CancellationToken cancellationToken)
    {
        foreach (KeySlot slot in slots)
        {
            await store.RawStorage.PutAsync(KeySlot.NameOf(slot.Id), lease.Id.ToString(), slot.ToBytes(), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task DeleteSlotsAsync(StoreSession store, List<KeySlot> slots)
    {
        foreach (KeySlot slot in slots)
        {
            await store.RawStorage.DeleteAsync(KeySlot.NameOf(slot.Id), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static VtKey ToKey(StoreSession store, KeySlot slot, VtKeyStatus status) => slot.ToKey(store.Info, status);
}
