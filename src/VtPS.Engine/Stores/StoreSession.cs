using VtPS.Engine.Chunking;
using VtPS.Engine.Compression;
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
    private readonly List<string> _damage = [];

    private StoreSession(StoreAddress address, StoreConfig config, IObjectStorage storage, IBlockIndex index)
    {
        Config = config;
        Storage = storage;
        Index = index;
        Info = config.ToStore(address);
        _files = new DataFileReader(storage, config.HashName, SealFor);
        _blocks = new PackedBlockReader(config.HashName, index, _files, RefreshAsync);
        Trees = new StoreTreeReader(_blocks);
        Chunker = new GearChunker(config.Chunker);
    }

    /// <summary>What commands show of the Store.</summary>
    public VtStore Info { get; }

    public StoreConfig Config { get; }

    public IObjectStorage Storage { get; }

    public IBlockReader Blocks => _blocks;

    public ITreeReader Trees { get; }

    public IBlockIndex Index { get; }

    /// <summary>The Store's chunker.</summary>
    public GearChunker Chunker { get; }

    /// <summary>Reads data files past the index.</summary>
    public DataFileReader DataFiles => _files;

    /// <summary>The rules of deletion: all of them, but for tests of the tests.</summary>
    public ProtocolRules Rules { get; init; } = ProtocolRules.All;

    /// <summary>How many trailers are read at a time.</summary>
    public int Parallelism { get; init; } = Math.Max(2, Environment.ProcessorCount);

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
    /// <exception cref="VtException">StoreNotFound, NotAStore, StoreFormatUnsupported, CodecUnavailable, StoreReadFailed.</exception>
    public static async Task<StoreSession> OpenAsync(StoreAddress address, IBlockIndexFactory indexes, CancellationToken cancellationToken)
    {
        IObjectStorage storage = StorageLocator.OpenExisting(address);
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

        IBlockIndex index = indexes.Open(config.Id, config.HashName);
        try
        {
            StoreSession session = new(address, config, storage, index)
            {
                Rules = rules ?? ProtocolRules.All,
                Parallelism = parallelism ?? Math.Max(2, Environment.ProcessorCount),
            };
            await session.RefreshAsync(cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await index.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lists the Store anew.</summary>
    public async ValueTask RefreshAsync(CancellationToken cancellationToken) =>
        await ApplyAsync(await StoreListing.ReadAsync(Storage, cancellationToken, Rules, e => NoteDamage(e.Message)).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>Brings the index up to a listing: the trailers of files that it does not know are read.</summary>
    public async ValueTask ApplyAsync(StoreListing listing, CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            IReadOnlyList<DataFileId> unknown = Index.Refresh(listing.Files, listing.GivenUp);
            await Parallel.ForEachAsync(unknown, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Parallelism }, async (file, token) =>
            {
                long length = listing.Files[file];
                try
                {
                    Index.AddFile(file, length, await _files.ReadIndexAsync(file, length, NoteDamage, token).ConfigureAwait(false));
                }
                catch (ObjectNotFoundException)
                {
                    // Deleted since the listing.
                }
            }).ConfigureAwait(false);
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>The seal of a data file's records.</summary>
    public RecordSeal SealFor(DataFileId file) => PlainRecordSeal.Instance;

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
