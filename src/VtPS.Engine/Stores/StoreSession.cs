using System.Collections.Concurrent;
using VtPS.Engine.Chunking;
using VtPS.Engine.Compression;
using VtPS.Engine.Encryption;
using VtPS.Engine.Objects;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Stores;

/// <summary>
/// An open Store to read from: its listing of data files, its index, its blocks and trees. Safe for use by many threads.
/// What it knows of presence is as old as its listing; a reader that finds a file gone looks again before it says missing.
/// </summary>
internal sealed class StoreSession : IAsyncDisposable
{
    private readonly PackedBlockReader _blocks;
    private readonly DataFileReader _files;
    private readonly SemaphoreSlim _looking = new(1, 1);
    private readonly HashSet<DataFileId> _givenUp = [];
    private readonly List<string> _damage = [];
    private readonly HashSet<DataFileId> _distrusted = [];
    private StoreListing? _applied;
    private IReadOnlyCollection<DataFileId> _gone = [];

    private StoreSession(StoreAddress address, StoreConfig config, byte[] configBytes, KeyRing? keys, IObjectStorage storage, IBlockIndex index, string? cacheFolder)
    {
        Address = address;
        Config = config;
        ConfigBytes = configBytes;
        Keys = keys;
        RawStorage = storage;
        Storage = keys is null ? storage : new SealedStorage(storage, keys);
        Seals = keys is null ? PlainFileSeals.Instance : new SealedFileSeals(keys);
        Index = index;
        CacheFolder = cacheFolder;
        Info = config.ToStore(address, keys);
        _files = new DataFileReader(storage, config.HashName, Seals);
        _blocks = new PackedBlockReader(config.HashName, index, _files, RefreshAsync);
        Trees = new StoreTreeReader(_blocks);
        Chunker = new GearChunker(config.Chunker);
    }

    /// <summary>What commands show of the Store.</summary>
    public VtStore Info { get; }

    /// <summary>Where the Store is.</summary>
    public StoreAddress Address { get; }

    public StoreConfig Config { get; }

    /// <summary>The bytes of store.json.</summary>
    public byte[] ConfigBytes { get; }

    /// <summary>The Store's keys; null in a plain Store.</summary>
    public KeyRing? Keys { get; }

    /// <summary>The Store's objects. In an encrypted Store small objects are opened and sealed on the way.</summary>
    public IObjectStorage Storage { get; }

    /// <summary>The Store's objects as they lie there, sealed or not.</summary>
    public IObjectStorage RawStorage { get; }

    /// <summary>The seals of the Store's data files.</summary>
    public DataFileSeals Seals { get; }

    /// <summary>The client's own folder for what it knows of Stores; null where there is none.</summary>
    public string? CacheFolder { get; }

    public IBlockReader Blocks => _blocks;

    public ITreeReader Trees { get; }

    public IBlockIndex Index { get; }

    /// <summary>The Store's chunker.</summary>
    public GearChunker Chunker { get; }

    /// <summary>Reads data files past the index.</summary>
    public DataFileReader DataFiles => _files;

    /// <summary>The rules of deletion: all of them, but for tests of the tests.</summary>
    public ProtocolRules Rules { get; init; } = ProtocolRules.All;

    /// <summary>How many small objects and trailers are read at a time.</summary>
    public int Parallelism { get; private init; }

    /// <summary>What was found damaged while the Store was opened: sentences.</summary>
    public IReadOnlyList<string> Damage
    {
        get
        {
            lock (_damage)
            {
                return [.. _damage];
            }
        }
    }

    /// <summary>Opens a Store.</summary>
    /// <exception cref="VtException">StoreNotFound, NotAStore, StoreFormatUnsupported, CodecUnavailable, StoreReadFailed; see <see cref="StoreUnlocking.UnlockAsync"/> for those of keys.</exception>
    public static async Task<StoreSession> OpenAsync(StoreAddress address, IBlockIndexFactory indexes, CancellationToken cancellationToken)
    {
        IObjectStorage storage = await StorageLocator.OpenExistingAsync(address, cancellationToken).ConfigureAwait(false);
        try
        {
            return await OpenAsync(address, storage, indexes, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await storage.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens a Store over a storage, which the session then owns.</summary>
    public static async Task<StoreSession> OpenAsync(
        StoreAddress address, IObjectStorage storage, IBlockIndexFactory indexes, CancellationToken cancellationToken, ProtocolRules? rules = null, int? parallelism = null)
    {
        byte[] bytes;
        try
        {
            bytes = await storage.GetAsync(StoreNames.Config, StoreConfig.MaximumLength, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectNotFoundException e)
        {
            throw new VtException(VtErrorId.NotAStore, $"'{address.Location}' is not a Store: it has no store.json. Check the path; New-VtStore (vt init) makes a Store in an empty folder.", address.Location, e);
        }
        catch (InvalidDataException e)
        {
            throw new VtException(VtErrorId.NotAStore, $"'{address.Location}' is not a Store: {e.Message}", address.Location, e);
        }

        StoreConfig config = StoreConfig.Parse(bytes, address.Location);
        if (!Codecs.IsAvailable(config.Codec))
        {
            throw Codecs.Unavailable(config.Codec);
        }

        List<string> damage = [];

        // A password takes a good part of a second: the index is opened beside it.
        Task<KeyRing?> unlocking = Task.Run(() => StoreUnlocking.UnlockAsync(address, config, bytes, storage, indexes.CacheFolder, damage.Add, cancellationToken), CancellationToken.None);
        IBlockIndex index;
        try
        {
            index = indexes.Open(config.Id, config.HashName);
        }
        catch
        {
            await ((Task)unlocking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        try
        {
            KeyRing? keys = await unlocking.ConfigureAwait(false);
            StoreSession session = new(address, config, bytes, keys, storage, index, indexes.CacheFolder)
            {
                Rules = rules ?? ProtocolRules.All,
                Parallelism = parallelism ?? storage.Concurrency,
            };
            damage.ForEach(session.NoteDamage);
            await session.RefreshAsync(cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await index.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Lists the Store anew, and once more whenever a file that was listed is gone before its trailer was read: what was in it has moved to one that is not known yet.
    /// </summary>
    public async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        HashSet<DataFileId> gone = [];
        int known;
        do
        {
            known = gone.Count;
            StoreListing listing = await StoreListing.ReadAsync(Storage, cancellationToken, Rules, e => NoteDamage(e.Message)).ConfigureAwait(false);
            gone.UnionWith(await ApplyAsync(listing, cancellationToken).ConfigureAwait(false));
        }
        while (gone.Count > known);
    }

    /// <summary>
    /// From the next look on, a data file counts for this session as if it were not there: no block is found in it, and nothing is read from it but by
    /// <see cref="DataFiles"/>. For a repair, which is to save what is in it.
    /// </summary>
    public void Distrust(DataFileId file)
    {
        lock (_distrusted)
        {
            _distrusted.Add(file);
        }
    }

    /// <summary>
    /// Brings the index up to a listing, if it is not up to a later one: the trailers of files that it does not know are read. What any listing tells of as given up stays so: a writer
    /// that has read a trash object must never build on the files that it names, whatever listings others make meanwhile.
    /// </summary>
    /// <returns>The files in the listing that the index is up to that were gone before their trailers were read.</returns>
    public async ValueTask<IReadOnlyCollection<DataFileId>> ApplyAsync(StoreListing listing, CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            int known = _givenUp.Count;
            _givenUp.UnionWith(listing.GivenUp);
            if (_applied is { } later && listing.Number < later.Number)
            {
                // It was begun before the later one, and may all the same have read the trash after that.
                if (_givenUp.Count == known)
                {
                    return _gone;
                }

                listing = later;
            }

            IReadOnlyDictionary<DataFileId, long> files = listing.Files;
            lock (_distrusted)
            {
                if (_distrusted.Count > 0)
                {
                    files = listing.Files.Where(file => !_distrusted.Contains(file.Key)).ToDictionary();
                }
            }

            IReadOnlyList<DataFileId> unknown = Index.Refresh(files, _givenUp);
            await FlushNamesAsync(unknown, cancellationToken).ConfigureAwait(false);
            ConcurrentBag<DataFileId> gone = [];
            await Parallel.ForEachAsync(unknown, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Parallelism }, async (file, token) =>
            {
                long length = listing.Files[file];
                try
                {
                    Index.AddFile(file, length, await _files.ReadIndexAsync(file, length, NoteDamage, token).ConfigureAwait(false));
                }
                catch (ObjectNotFoundException)
                {
                    gone.Add(file);
                }
            }).ConfigureAwait(false);
            _applied = listing;
            return _gone = gone;
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>
    /// Makes files that others put durable before anything can be built on them: they may have died between giving a file its name and flushing that.
    /// </summary>
    private async ValueTask FlushNamesAsync(IReadOnlyList<DataFileId> files, CancellationToken cancellationToken)
    {
        HashSet<string> folders = new(StringComparer.Ordinal);
        foreach (DataFileId file in files)
        {
            folders.Add(StoreNames.DataFolder(file));
        }

        try
        {
            await Storage.FlushNamesAsync(folders, cancellationToken).ConfigureAwait(false);
        }
        catch (VtException e) when (e.ErrorId == VtErrorId.StoreWriteFailed)
        {
            // Where nothing can be flushed, on a medium to read from alone, nothing can be built on it either: whoever tries fails by himself.
        }
    }

    /// <summary>
    /// Makes sure that the Store's key was not changed since this session got it: what is written under an old one, after everything was rewritten under the new,
    /// could not be read. Writers call this after their lease is put; whoever deletes, after what he copied is durable and before he deletes.
    /// </summary>
    /// <exception cref="VtException">PasswordRequired: it was changed.</exception>
    public async Task CheckEpochAsync(CancellationToken cancellationToken)
    {
        if (Keys is not null)
        {
            uint now = (await KeyListing.ReadAsync(RawStorage, cancellationToken).ConfigureAwait(false)).Epoch;
            if (now > Keys.Current.Epoch)
            {
                throw StoreUnlocking.Changed(Info.Path, Keys.Current.Epoch, now);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _blocks.Dispose();
        await Index.DisposeAsync().ConfigureAwait(false);
        await Storage.DisposeAsync().ConfigureAwait(false);
        _looking.Dispose();
    }

    private void NoteDamage(string sentence)
    {
        lock (_damage)
        {
            _damage.Add(sentence);
        }
    }
}
