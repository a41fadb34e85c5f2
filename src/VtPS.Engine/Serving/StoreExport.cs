using VtPS.Engine.Objects;
using VtPS.Engine.Protocol;
using VtPS.Engine.Stores;
using VtPS.Engine.Sync;

namespace VtPS.Engine.Serving;

/// <summary>
/// What a service offers: one Store, or any folder that its client names, and how much may be done to it. One storage is open for all clients. Safe for use by many threads.
/// </summary>
internal sealed class StoreExport : IExport
{
    private readonly StoreAddress? _served;
    private readonly string? _tree;
    private readonly IBlockIndexFactory _indexes;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, IObjectStorage> _open = new(StringComparer.Ordinal);

    /// <param name="served">The Store; null lets each client name a folder of this machine.</param>
    /// <param name="right">What clients may do.</param>
    /// <param name="indexes">The indexes of Stores whose blocks are served.</param>
    /// <param name="tree">The only tree that clients may sync with, a full path, in place of a Store; null lets each client name one, where no Store is served.</param>
    public StoreExport(StoreAddress? served, ExportRight right, IBlockIndexFactory indexes, string? tree = null)
    {
        _served = served;
        _tree = tree;
        _indexes = indexes;
        Right = right;
    }

    /// <inheritdoc/>
    public ExportRight Right { get; }

    /// <summary>Where the Store or the tree is that is served; empty where each client names one.</summary>
    public string Location => _served?.Location ?? _tree ?? string.Empty;

    /// <inheritdoc/>
    public async ValueTask<IStoreService> OpenAsync(OpenRequest request, CancellationToken cancellationToken) => request.Level switch
    {
        PeerLevel.Objects => new ObjectServer(await OpenStorageAsync(request, cancellationToken).ConfigureAwait(false), Right),
        PeerLevel.Blocks when request.ForCreation => throw new VtException(VtErrorId.PeerProtocolMismatch, "A Store is made on the Objects level alone. Use the same version of VtPS on both sides."),
        PeerLevel.Blocks => BlockServer.Of(await StoreSession.OpenAsync(Find(request.Store), _indexes, cancellationToken).ConfigureAwait(false), Right),
        PeerLevel.Trees => new SyncServer(FindTree(request.Store), _indexes),
        _ => throw new VtException(VtErrorId.PeerProtocolMismatch, $"Level {(byte)request.Level} of the protocol is not known here. Use the same version of VtPS on both sides."),
    };

    /// <inheritdoc/>
    public async ValueTask RequireThereAsync(CancellationToken cancellationToken)
    {
        if (_tree is not null)
        {
            if (!Directory.Exists(_tree))
            {
                throw new VtException(VtErrorId.PathNotFound, $"There is no folder '{_tree}' to serve. Make it first: a disk that is not mounted must not become a new tree.", _tree);
            }
        }
        else if (_served is not null)
        {
            await OpenStorageAsync(new OpenRequest(PeerLevel.Objects, false, string.Empty), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            throw new VtException(VtErrorId.StoreNotSpecified, "No Store was named. Give --store, or set VT_STORE to a path or a registered name; or give several by --export, or a tree by --tree.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IObjectStorage storage in _open.Values)
        {
            await storage.DisposeAsync().ConfigureAwait(false);
        }

        _open.Clear();
        _gate.Dispose();
    }

    /// <summary>Opens the storage that a client asks for. It stays this export's, and is the same for all.</summary>
    /// <exception cref="VtException">PeerRightDenied for another Store than the one served, and for a new one without the full right; StoreNotSpecified, InvalidArgument; those of opening one.</exception>
    private async ValueTask<IObjectStorage> OpenStorageAsync(OpenRequest request, CancellationToken cancellationToken)
    {
        if (request.ForCreation)
        {
            new ClientRights(Right).RequireFull("make a Store");
        }

        StoreAddress address = Find(request.Store);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_open.TryGetValue(address.Location, out IObjectStorage? storage) && !request.ForCreation)
            {
                return storage;
            }

            storage = request.ForCreation
                ? await StorageLocator.OpenForCreationAsync(address, cancellationToken).ConfigureAwait(false)
                : await StorageLocator.OpenExistingAsync(address, cancellationToken).ConfigureAwait(false);
            if (_open.TryAdd(address.Location, storage))
            {
                return storage;
            }

            await storage.DisposeAsync().ConfigureAwait(false);
            return _open[address.Location];
        }
        finally
        {
            _gate.Release();
        }
    }

    private StoreAddress Find(string asked)
    {
        if (_tree is not null)
        {
            throw new VtException(VtErrorId.PeerRightDenied, "A tree is served here, and no Store. Sync with it (Sync-VtPeer, vt sync), or let vt serve name a Store.", asked);
        }

        if (_served is null)
        {
            return asked.Length == 0
                ? throw new VtException(VtErrorId.StoreNotSpecified, "No Store was named, and none is served here. Give its path after the host, as in ssh://host/path, or let vt serve name it with --store.")
                : new StoreAddress(LocalPath(asked));
        }

        return asked.Length == 0 || LocalPath(asked) == _served.Location
            ? _served
            : throw new VtException(VtErrorId.PeerRightDenied, $"The Store '{asked}' is not served here. Leave the path out to get the one that is.", asked);
    }

    private string FindTree(string asked)
    {
        if (Right != ExportRight.Full)
        {
            throw new VtException(VtErrorId.PeerRightDenied, "A sync changes both trees and what they know of each other; this service may only be read, or appended to. Serve without --read-only and --append-only.", asked);
        }

        if (_tree is not null)
        {
            return asked.Length == 0 || LocalPath(asked) == _tree
                ? _tree
                : throw new VtException(VtErrorId.PeerRightDenied, $"The tree '{asked}' is not served here. Leave the path out to get the one that is.", asked);
        }

        return _served is not null ? throw new VtException(VtErrorId.PeerRightDenied, "A Store is served here, and no tree. Give it as a Store, or let vt serve name a tree.", asked)
            : asked.Length == 0 ? throw new VtException(VtErrorId.PathNotFound, "No tree was named. Give its path after the host, as in ssh://host/path.")
            : LocalPath(asked);
    }

    /// <summary>A folder of this machine, and nothing else: what comes from a client is never a command to run or a further machine to ask.</summary>
    private static string LocalPath(string path)
    {
        string full = path == "~" || path.StartsWith("~/", StringComparison.Ordinal)
            ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[1..])
            : path;
        return Path.IsPathFullyQualified(full) && !full.Contains('\0', StringComparison.Ordinal)
            ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(full))
            : throw new VtException(VtErrorId.InvalidArgument, $"'{path}' is not an absolute path. Give the whole path of the Store's folder, or one that begins with ~/.", path);
    }
}
