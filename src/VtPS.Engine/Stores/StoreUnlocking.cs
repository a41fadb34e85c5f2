using VtPS.Engine.Encryption;
using VtPS.Engine.Objects;

namespace VtPS.Engine.Stores;

/// <summary>From an encrypted Store and what the user gave to its keys.</summary>
internal static class StoreUnlocking
{
    /// <summary>Finds the keys of a Store, and checks that it is what it was: encrypted as before, of no older epoch, with its own store.json.</summary>
    /// <param name="address">The Store's address, with what the user gave.</param>
    /// <param name="config">What store.json says.</param>
    /// <param name="configBytes">The bytes of store.json.</param>
    /// <param name="storage">The Store's storage, nothing opened.</param>
    /// <param name="cacheFolder">Where it is kept what this client has seen; null for nowhere.</param>
    /// <param name="onDamaged">Told of slots that cannot be used: sentences.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The keys; null for a plain Store.</returns>
    /// <exception cref="VtException">PasswordRequired, PasswordIncorrect; NotAStore for a Store that is not what it was; InvalidArgument for a secret that a plain Store was given; DataFileDamaged.</exception>
    public static async Task<KeyRing?> UnlockAsync(
        StoreAddress address, StoreConfig config, byte[] configBytes, IObjectStorage storage, string? cacheFolder, Action<string> onDamaged, CancellationToken cancellationToken)
    {
        EpochMemory? memory = EpochMemory.Read(cacheFolder, config.Id);
        if (!config.IsEncrypted)
        {
            RefuseIfOnceEncrypted(address, memory);
            return null;
        }

        KeyListing listing = await KeyListing.ReadAsync(storage, cancellationToken).ConfigureAwait(false);
        if (listing.Epoch == 0)
        {
            throw new VtException(VtErrorId.NotAStore, $"The encrypted Store at '{address.Location}' has lost its keys: there is no {EpochRecord.NameOf(1, false)}. If there is a copy of its folder 'keys', put it back; without it nothing can be read.", address.Location);
        }

        StoreCredentials credentials = address.Credentials is { IsEmpty: false } given ? given : StoreCredentials.Unattended(address) ?? throw Required(address);
        uint seen = Math.Max(memory?.Epoch ?? 0, credentials.Ring?.Current.Epoch ?? 0);
        if (listing.Epoch < seen)
        {
            throw RolledBack(address, $"its keys are of epoch {listing.Epoch}, and this client has seen epoch {seen}");
        }

        EpochKey key = credentials.Ring is { } ring
            ? KeyOf(ring, address, config, listing)
            : await OpenSlotAsync(address, config, storage, listing, credentials, onDamaged, cancellationToken).ConfigureAwait(false);
        KeyRing keys = await ReadRingAsync(address, config, configBytes, storage, key, listing.IsRekeyed, cancellationToken).ConfigureAwait(false);
        bool otherKey = memory?.KeyId != keys.Current.KeyId;
        if (memory is not null && memory.Epoch == keys.Current.Epoch && (otherKey || memory.Minimum > keys.Minimum))
        {
            throw RolledBack(address, otherKey
                ? "it has another key than this client has seen"
                : $"it accepts key epochs from {keys.Minimum} on, and this client has seen that a rewrite left only those from {memory.Minimum} on");
        }

        EpochMemory now = new(keys.Current.Epoch, keys.Minimum, keys.Current.KeyId);
        if (cacheFolder is not null && now != memory)
        {
            await FlushAsync(storage, cancellationToken).ConfigureAwait(false);
            now.Save(cacheFolder, config.Id);
        }

        return keys;
    }

    /// <summary>
    /// Makes keys durable that others put, before this client remembers them: they may have died before they did, and after a power cut the Store would be taken for
    /// one that was put back.
    /// </summary>
    private static async Task FlushAsync(IObjectStorage storage, CancellationToken cancellationToken)
    {
        try
        {
            await storage.FlushNamesAsync([StoreNames.Keys.TrimEnd('/')], cancellationToken).ConfigureAwait(false);
        }
        catch (VtException e) when (e.ErrorId == VtErrorId.StoreWriteFailed)
        {
            // A medium to read from alone has nothing unflushed.
        }
    }

    /// <summary>Opens the records of the present epoch with its key.</summary>
    /// <exception cref="VtException">DataFileDamaged, NotAStore.</exception>
    public static async Task<KeyRing> ReadRingAsync(
        StoreAddress address, StoreConfig config, byte[] configBytes, IObjectStorage storage, EpochKey key, bool rekeyed, CancellationToken cancellationToken)
    {
        string name = EpochRecord.NameOf(key.Epoch, rekeyed);
        (KeyRing Ring, byte[] Config) record;
        try
        {
            record = EpochRecord.Read(config.Id, key, rekeyed, await storage.GetAsync(name, EpochRecord.MaximumLength, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is InvalidDataException or ObjectNotFoundException)
        {
            throw new VtException(VtErrorId.DataFileDamaged, $"The encrypted Store at '{address.Location}' cannot be opened: {e.Message} If there is a copy of that file, put it back.", name, e);
        }

        return record.Config.AsSpan().SequenceEqual(configBytes)
            ? record.Ring
            : throw new VtException(VtErrorId.NotAStore, $"The store.json at '{address.Location}' is not the one that the Store was made with: it was changed, or put there from elsewhere. The right one is sealed in {name}; put a copy of it back.", address.Location);
    }

    /// <summary>A client that knows the Store as encrypted, or was given a secret for it, does not take it plain.</summary>
    private static void RefuseIfOnceEncrypted(StoreAddress address, EpochMemory? memory)
    {
        if (memory is not null)
        {
            throw new VtException(VtErrorId.NotAStore, $"The Store at '{address.Location}' is not encrypted, and this client has seen the Store of that id encrypted: someone has put a plain store.json in the place of the right one. Nothing was read or written. Put back a copy of the right store.json.", address.Location);
        }

        StoreCredentials? given = address.Credentials is { IsEmpty: false } credentials ? credentials : Unattended(address);
        if (given is not null)
        {
            throw new VtException(
                VtErrorId.InvalidArgument,
                $"The Store at '{address.Location}' is not encrypted, and a password or key was given for it (by a parameter, for its registered name, or by {StoreCredentials.KeyFileVariable} or {StoreCredentials.PasswordFileVariable}). Leave that out if the Store is meant to be plain; if it is meant to be encrypted, it is the wrong Store, or someone has replaced it.",
                address.Location);
        }
    }

    /// <summary>What there is for runs without a user. Registered names that cannot be read are no reason not to open a plain Store by its path.</summary>
    private static StoreCredentials? Unattended(StoreAddress address)
    {
        try
        {
            return StoreCredentials.Unattended(address);
        }
        catch (VtException) when (address.Name is null)
        {
            return StoreCredentials.FromEnvironment();
        }
    }

    private static EpochKey KeyOf(KeyRing ring, StoreAddress address, StoreConfig config, KeyListing listing) =>
        ring.StoreId != config.Id
            ? throw new VtException(VtErrorId.StoreMismatch, $"The Store at '{address.Location}' has the id {config.Id}; the one that was unlocked has the id {ring.StoreId}. Unlock it again with Get-VtStore.", address.Location)
        : ring.Current.Epoch != listing.Epoch
            ? throw Changed(address.Location, ring.Current.Epoch, listing.Epoch)
        : ring.Current;

    /// <summary>The error of a session that the Store's key was changed under.</summary>
    public static VtException Changed(string location, uint had, uint now) => new(
        VtErrorId.PasswordRequired,
        $"The key of the Store at '{location}' was changed (epoch {now}) since it was unlocked (epoch {had}). Unlock it again with its new password or key file.",
        location);

    private static VtException Required(StoreAddress address) => new(
        VtErrorId.PasswordRequired,
        $"The Store at '{address.Location}' is encrypted. Give its password file or key file (vt: --password-file, --key-file), hand to -Store what Get-VtStore -Password or -KeyFile returns, register the Store with -KeyFile or -PasswordFile, or set {StoreCredentials.KeyFileVariable} or {StoreCredentials.PasswordFileVariable}.",
        address.Location);

    private static VtException RolledBack(StoreAddress address, string what) => new(
        VtErrorId.NotAStore,
        $"The Store at '{address.Location}' is not the one that it was: {what}. An old copy was put in its place, or its keys were tampered with. Nothing was read or written. If you put it back yourself, delete this client's cache of it (docs/durability.md says where it is).",
        address.Location);

    private static async Task<EpochKey> OpenSlotAsync(
        StoreAddress address, StoreConfig config, IObjectStorage storage, KeyListing listing, StoreCredentials credentials, Action<string> onDamaged, CancellationToken cancellationToken)
    {
        (List<KeySlot> slots, List<string> damaged) = await KeyOperations.ReadSlotsAsync(storage, listing, cancellationToken).ConfigureAwait(false);
        damaged.ForEach(onDamaged);

        // Slots of another epoch were ended by a key change that was cut short, or belong to one that never came about.
        slots.RemoveAll(slot => slot.Epoch != listing.Epoch);
        List<StoreSecret> secrets = credentials.Read();
        InvalidDataException? misfit = null;
        try
        {
            foreach (StoreSecret secret in secrets)
            {
                foreach (KeySlot slot in slots)
                {
                    EpochKey? key = await Task.Run(() => slot.TryOpen(config.Id, secret), cancellationToken).ConfigureAwait(false);
                    if (key is null)
                    {
                        continue;
                    }

                    misfit = await FindMisfitAsync(config.Id, key, storage, cancellationToken).ConfigureAwait(false);
                    if (misfit is null)
                    {
                        return key;
                    }
                }
            }
        }
        catch (InvalidDataException e)
        {
            misfit = e;
        }
        finally
        {
            secrets.ForEach(static secret => secret.Dispose());
        }

        if (misfit is not null)
        {
            throw new VtException(
                VtErrorId.DataFileDamaged,
                $"The password or key opens a slot of the Store at '{address.Location}', but not what it should open: {misfit.Message} If there is a copy of the folder 'keys', put it back.",
                address.Location,
                misfit);
        }

        if (slots.Count == 0)
        {
            throw new VtException(
                VtErrorId.DataFileDamaged,
                $"No key slot of the Store at '{address.Location}' can be used: {(damaged.Count == 0 ? "there is none of the present epoch." : string.Join(" ", damaged))} If there is a copy of its folder 'keys', put it back; without a slot nothing can be read.",
                address.Location);
        }

        throw new VtException(
            VtErrorId.PasswordIncorrect,
            $"The password or key given opens none of the {slots.Count} key slots of the Store at '{address.Location}'.{(damaged.Count == 0 ? string.Empty : $" There is a damaged slot too, which it may have opened: {string.Join(" ", damaged)}")}",
            address.Location);
    }

    /// <summary>What is wrong if a slot's key is not the epoch's, as when two key changes ran at once and this slot is of the one that lost; else null.</summary>
    private static async Task<InvalidDataException?> FindMisfitAsync(string storeId, EpochKey key, IObjectStorage storage, CancellationToken cancellationToken)
    {
        try
        {
            EpochRecord.Read(storeId, key, false, await storage.GetAsync(EpochRecord.NameOf(key.Epoch, false), EpochRecord.MaximumLength, cancellationToken).ConfigureAwait(false));
            return null;
        }
        catch (InvalidDataException e)
        {
            return e;
        }
    }
}
