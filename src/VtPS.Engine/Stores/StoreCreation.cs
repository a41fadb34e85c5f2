using VtPS.Engine.Chunking;
using VtPS.Engine.Compression;
using VtPS.Engine.Encryption;
using VtPS.Engine.Hashing;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;

namespace VtPS.Engine.Stores;

/// <summary>Makes Stores.</summary>
internal static class StoreCreation
{
    /// <summary>Makes a Store in a folder that is empty or not there yet.</summary>
    /// <exception cref="VtException">StoreExists, StorePathNotEmpty, InvalidArgument, CodecUnavailable, StoreWriteFailed, StoreFull.</exception>
    public static async Task<VtStore> CreateAsync(CreateStoreRequest request, IOperationObserver observer, CancellationToken cancellationToken)
    {
        StoreConfig config = Check(request, observer);
        IObjectStorage storage = await StorageLocator.OpenForCreationAsync(request.Address, cancellationToken).ConfigureAwait(false);
        await using (storage.ConfigureAwait(false))
        {
            return await CreateAsync(config, request, storage, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a Store over an empty storage.</summary>
    public static async Task<VtStore> CreateAsync(CreateStoreRequest request, IObjectStorage storage, IOperationObserver observer, CancellationToken cancellationToken) =>
        await CreateAsync(Check(request, observer), request, storage, cancellationToken).ConfigureAwait(false);

    private static async Task<VtStore> CreateAsync(StoreConfig config, CreateStoreRequest request, IObjectStorage storage, CancellationToken cancellationToken)
    {
        byte[] bytes = config.ToBytes();
        List<string> put = [];
        try
        {
            KeyRing? keys = config.IsEncrypted ? await PutKeysAsync(config, bytes, request, storage, put, cancellationToken).ConfigureAwait(false) : null;

            // Last: with it the Store is there.
            await storage.PutAsync(StoreNames.Config, config.Id, bytes, cancellationToken).ConfigureAwait(false);
            return config.ToStore(request.Address, keys);
        }
        catch (ObjectExistsException e)
        {
            await TakeBackAsync(storage, put).ConfigureAwait(false);
            throw new VtException(VtErrorId.StoreExists, $"There is a Store at '{request.Address.Location}' already, or the keys of one. Use it as it is, or give another path.", request.Address.Location, e);
        }
        catch when (put.Count > 0)
        {
            await TakeBackUnlessMadeAsync(storage, put).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes the keys back, unless the put of store.json has done its work although it failed.</summary>
    private static async Task TakeBackUnlessMadeAsync(IObjectStorage storage, List<string> put)
    {
        try
        {
            if (await storage.GetLengthAsync(StoreNames.Config, CancellationToken.None).ConfigureAwait(false) is null)
            {
                await TakeBackAsync(storage, put).ConfigureAwait(false);
            }
        }
        catch (VtException)
        {
            // What made the creation fail hinders this, too; the next one says what is left.
        }
    }

    private static async Task TakeBackAsync(IObjectStorage storage, List<string> put)
    {
        foreach (string name in put)
        {
            await storage.DeleteAsync(name, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Puts a slot for each secret, and the record of the first epoch.</summary>
    private static async Task<KeyRing> PutKeysAsync(
        StoreConfig config, byte[] configBytes, CreateStoreRequest request, IObjectStorage storage, List<string> put, CancellationToken cancellationToken)
    {
        KeyRing keys = new(config.Id, EpochKey.Draw(1), [], 1, new Dictionary<string, byte[]>());
        string record = EpochRecord.NameOf(1, false);
        await storage.PutAsync(record, config.Id, EpochRecord.Write(keys, false, configBytes), cancellationToken).ConfigureAwait(false);
        put.Add(record);
        foreach (KeySlot slot in await KeyOperations.MakeSlotsAsync(keys, request.Credentials!, request.Iterations, cancellationToken).ConfigureAwait(false))
        {
            await storage.PutAsync(KeySlot.NameOf(slot.Id), config.Id, slot.ToBytes(), cancellationToken).ConfigureAwait(false);
            put.Add(KeySlot.NameOf(slot.Id));
        }

        return keys;
    }

    /// <summary>Checks what was asked for before anything is written.</summary>
    private static StoreConfig Check(CreateStoreRequest request, IOperationObserver observer)
    {
        if (!BlockHasher.IsSupported(request.HashName))
        {
            throw new VtException(VtErrorId.InvalidArgument, $"This platform does not have the hash function {VtHashNames.Text(request.HashName)}. Use sha256 or sha512.", VtHashNames.Text(request.HashName));
        }

        Codec codec = request.Compression is null ? Codecs.Default : Codecs.Parse(request.Compression);
        if (request.Compression is null && codec == Codec.Brotli)
        {
            observer.OnWarning("This machine has no libzstd: the Store is made with Brotli, which is slower. Install libzstd and name -Compression zstd (--compression zstd) for a Store with zstd.");
        }
        else if (!Codecs.IsAvailable(codec))
        {
            throw Codecs.Unavailable(codec);
        }

        int level = request.CompressionLevel ?? Codecs.DefaultLevel(codec);
        Codecs.CheckLevel(codec, level);
        return new StoreConfig
        {
            Id = DataFileId.New().ToString(),
            HashName = request.HashName,
            Chunker = ChunkerParameters.Create(request.AverageBlock, request.MinimumBlock, request.MaximumBlock),
            Codec = codec,
            Level = level,
            Created = DateTime.UtcNow,
            Description = request.Description,
            IsEncrypted = request.Credentials is { IsEmpty: false },
        };
    }
}
