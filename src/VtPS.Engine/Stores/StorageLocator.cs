using VtPS.Engine.Objects;
using VtPS.Engine.Protocol;

namespace VtPS.Engine.Stores;

/// <summary>From a Store's address to its storage: a folder, or what a peer serves.</summary>
internal static class StorageLocator
{
    private static readonly EarlyQuestions s_early = new(StoreNames.Config, StoreConfig.MaximumLength, StoreListing.Prefixes);

    /// <summary>Opens the storage of a Store that must be there.</summary>
    /// <exception cref="VtException">StoreNotFound, NotAStore, InvalidArgument for an address of a kind that this version does not open; PeerUnreachable and the other errors of a peer.</exception>
    public static async Task<IObjectStorage> OpenExistingAsync(StoreAddress address, CancellationToken cancellationToken)
    {
        if (PeerAddress.TryParse(address.Location, address.IsFromData, out PeerAddress? peer))
        {
            return await RemoteObjectStorage.ConnectAsync(peer.Connect(), peer.Store, false, cancellationToken, early: s_early).ConfigureAwait(false);
        }

        if (File.Exists(address.Location))
        {
            throw new VtException(VtErrorId.NotAStore, $"'{address.Location}' is a file, not a Store. A Store is a folder; check the path.", address.Location);
        }

        if (!Directory.Exists(address.Location))
        {
            throw new VtException(VtErrorId.StoreNotFound, $"There is no Store at '{address.Location}'. If it is on a disk or share that is not mounted, mount it; New-VtStore (vt init) makes a new one.", address.Location);
        }

        return new LocalFolderStorage(address.Location);
    }

    /// <summary>Opens the storage for a Store that is to be made; the folder may be missing or empty, or hold the unfinished files of a creation that was cut short.</summary>
    /// <exception cref="VtException">StoreExists, StorePathNotEmpty, StoreWriteFailed, InvalidArgument; PeerRightDenied and the other errors of a peer.</exception>
    public static async Task<IObjectStorage> OpenForCreationAsync(StoreAddress address, CancellationToken cancellationToken)
    {
        if (PeerAddress.TryParse(address.Location, address.IsFromData, out PeerAddress? peer))
        {
            return await RemoteObjectStorage.ConnectAsync(peer.Connect(), peer.Store, true, cancellationToken).ConfigureAwait(false);
        }

        string path = address.Location;
        try
        {
            if (File.Exists(path))
            {
                throw new VtException(VtErrorId.StorePathNotEmpty, $"'{path}' is a file. Give a folder that is empty or not there yet.", path);
            }

            // In this order: a Store that another process makes meanwhile is a Store, and not a folder with something in it.
            bool free = !Directory.Exists(path) || UnfinishedCreation.IsAll(path);
            if (File.Exists(Path.Combine(path, StoreNames.Config)))
            {
                throw new VtException(VtErrorId.StoreExists, $"There is a Store at '{path}' already. Use it as it is, or give another path.", path);
            }

            if (!free)
            {
                throw new VtException(VtErrorId.StorePathNotEmpty, $"The folder '{path}' is not empty, and not a Store. Give a folder that is empty or not there yet.", path);
            }

            if (UnfinishedCreation.HasKeys(path))
            {
                string keys = Path.Combine(path, StoreNames.Keys.TrimEnd('/'));
                throw new VtException(
                    VtErrorId.StorePathNotEmpty,
                    $"The folder '{path}' holds the keys of an encrypted Store, and no Store: either the making of one was cut short there (or still goes on), or it is a copy of a Store's keys. If it is no copy that you need, delete '{keys}' and run this again; else give another path.",
                    path);
            }

            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VtException(VtErrorId.StoreWriteFailed, $"The folder '{path}' cannot be made: {e.Message}", path, e);
        }

        return new LocalFolderStorage(path);
    }
}
