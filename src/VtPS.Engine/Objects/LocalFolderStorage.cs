using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.Objects;

/// <summary>
/// Objects as files below a folder. An object is written as <c>tmp/&lt;owner&gt;.&lt;n&gt;</c>, flushed, and only then gets its name, by a call
/// that never replaces a file; then its folder is flushed. A power cut at any moment leaves the object whole or not there.
/// Files are made with mode 0600, folders with 0700. Safe for use by many threads.
/// </summary>
/// <remarks>Reads and listings block the calling thread; commits and deletions, which wait for the medium, run on the thread pool.</remarks>
internal sealed class LocalFolderStorage : IObjectStorage
{
    private const int OpenFiles = 64;

    // Only data files are read in many places; every other object is read once and whole.
    private const string KeptOpen = "data/";

    private readonly DurableFolders _folders;
    private readonly LocalFolderLister _lister;
    private readonly OpenFileCache _cache = new(OpenFiles);
    private volatile bool _disposed;

    /// <param name="root">The folder's absolute path. Nothing is looked at or made yet.</param>
    public LocalFolderStorage(string root)
    {
        if (!Path.IsPathFullyQualified(root))
        {
            throw new ArgumentException($"'{root}' is not an absolute path.", nameof(root));
        }

        Location = root;
        _folders = new DurableFolders(root);
        _lister = new LocalFolderLister(root);
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <summary>Makes the folder of a new Store, with missing parents, open to this user alone and durable; one that is there stays as it is.</summary>
    /// <param name="root">The absolute path.</param>
    /// <exception cref="VtException">StoreFull, StoreWriteFailed.</exception>
    public static void CreateRoot(string root)
    {
        try
        {
            DurableFolders.Create(root);
        }
        catch (Exception e) when (StorageErrors.IsFileSystemFailure(e))
        {
            throw StorageErrors.Write(root, "make the folder", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IObjectUpload> BeginPutAsync(string name, string owner, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);
        ObjectNames.CheckOwner(owner);
        return ValueTask.FromResult<IObjectUpload>(LocalUpload.Begin(_folders, Location, name, owner));
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        try
        {
            return ValueTask.FromResult(name.StartsWith(KeptOpen, StringComparison.Ordinal)
                ? ReadKept(name, offset, buffer.Span)
                : ReadOnce(name, offset, buffer.Span));
        }
        catch (Exception e) when (StorageErrors.IsFileSystemFailure(e))
        {
            throw StorageErrors.Read(Location, $"read '{name}'", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask<long?> GetLengthAsync(string name, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);
        try
        {
            ObjectFileStatus? status = ObjectFileStatus.TryGet(_folders.FullPath(name));
            return ValueTask.FromResult(status is { IsFile: true } file ? file.Length : (long?)null);
        }
        catch (Exception e) when (StorageErrors.IsFileSystemFailure(e))
        {
            throw StorageErrors.Read(Location, $"look at '{name}'", e);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ObjectNames.CheckPrefix(prefix);

        // Everything is gathered before the first is handed out, so a failure partway is never a short list.
        List<ObjectInfo> objects = await Task.Run(
            () =>
            {
                try
                {
                    return _lister.List(prefix, cancellationToken);
                }
                catch (Exception e) when (StorageErrors.IsFileSystemFailure(e))
                {
                    throw StorageErrors.Read(Location, prefix.Length == 0 ? "list the objects" : $"list '{prefix}'", e);
                }
            },
            cancellationToken).ConfigureAwait(false);
        foreach (ObjectInfo info in objects)
        {
            yield return info;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string name, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);
        await Task.Run(
            () =>
            {
                _cache.Remove(name);
                try
                {
                    Delete(name);
                }
                catch (Exception e) when (StorageErrors.IsFileSystemFailure(e))
                {
                    throw StorageErrors.Write(Location, $"delete '{name}'", e);
                }
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable?> TryPutLockedAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);

        // A lease's lock file belongs to that lease: leases/<id>.json.
        string leaf = name[(name.LastIndexOf('/') + 1)..];
        int dot = leaf.IndexOf('.', StringComparison.Ordinal);
        string owner = dot < 0 ? leaf : leaf[..dot];
        ObjectNames.CheckOwner(owner);
        LocalUpload upload = LocalUpload.Begin(_folders, Location, name, owner);
        await using (upload.ConfigureAwait(false))
        {
            await upload.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            return await upload.CommitLockedAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool?> IsLockedAsync(string name, CancellationToken cancellationToken)
    {
        Begin(name, cancellationToken);
        try
        {
            return ValueTask.FromResult(LockedFile.IsHeld(_folders.FullPath(name)));
        }
        catch (Exception e) when (StorageErrors.IsFileSystemFailure(e))
        {
            throw StorageErrors.Read(Location, $"look at the lock of '{name}'", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask FlushNamesAsync(IReadOnlyCollection<string> folders, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await Task.Run(
            () =>
            {
                foreach (string folder in folders)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    try
                    {
                        if (Directory.Exists(_folders.FullPath(folder)))
                        {
                            _folders.Flush(folder);
                        }
                    }
                    catch (Exception e) when (StorageErrors.IsFileSystemFailure(e))
                    {
                        throw StorageErrors.Write(Location, $"flush the folder '{folder}'", e);
                    }
                }
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<UnfinishedUpload>> ListUnfinishedAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return ValueTask.FromResult<IReadOnlyList<UnfinishedUpload>>(_lister.ListUnfinished());
        }
        catch (Exception e) when (StorageErrors.IsFileSystemFailure(e))
        {
            throw StorageErrors.Read(Location, "list what is unfinished", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask SweepUnfinishedAsync(string owner, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ObjectNames.CheckOwner(owner);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            foreach (string path in _lister.ListUnfinished(owner))
            {
                cancellationToken.ThrowIfCancellationRequested();
                File.Delete(path);
            }
        }
        catch (Exception e) when (StorageErrors.IsFileSystemFailure(e))
        {
            throw StorageErrors.Write(Location, $"remove what '{owner}' left unfinished", e);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        _cache.Dispose();
        return ValueTask.CompletedTask;
    }

    private static int ReadFully(SafeFileHandle handle, long offset, Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            int read = RandomAccess.Read(handle, buffer[done..], offset + done);
            if (read == 0)
            {
                break;
            }

            done += read;
        }

        return done;
    }

    private void Begin(string name, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        ObjectNames.Check(name);
    }

    private int ReadOnce(string name, long offset, Span<byte> buffer)
    {
        using SafeFileHandle handle = Open(name);
        return ReadFully(handle, offset, buffer);
    }

    private int ReadKept(string name, long offset, Span<byte> buffer)
    {
        OpenFileCache.OpenFile? file = _cache.TryRent(name);
        if (file is not null)
        {
            try
            {
                return ReadFully(file.Handle, offset, buffer);
            }
            catch (IOException)
            {
                // A handle goes stale when a network share comes back: the file itself gets one more chance.
                _cache.Remove(name);
            }
            finally
            {
                _cache.Return(file);
            }
        }

        file = _cache.Add(name, Open(name));
        try
        {
            return ReadFully(file.Handle, offset, buffer);
        }
        finally
        {
            _cache.Return(file);
        }
    }

    private SafeFileHandle Open(string name)
    {
        string path = _folders.FullPath(name);
        if (OperatingSystem.IsWindows())
        {
            try
            {
                return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                throw new ObjectNotFoundException(name, Location, e);
            }
        }

        int error = NativeFolder.OpenToRead(path, out SafeFileHandle? handle);
        return error switch
        {
            0 => handle!,
            NativeFolder.NoEntry or NativeFolder.NotADirectory => throw new ObjectNotFoundException(name, Location),
            _ => throw StorageErrors.FromNumber(error),
        };
    }

    private void Delete(string name)
    {
        string path = _folders.FullPath(name);
        int slash = name.LastIndexOf('/');
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Delete(path);
            }
            catch (DirectoryNotFoundException)
            {
                // Then the file is not there either.
            }

            return;
        }

        int error = NativeFolder.Remove(path);
        if (error is not (0 or NativeFolder.NoEntry))
        {
            throw StorageErrors.FromNumber(error);
        }

        // Even if it was gone: whoever removed it may have died before the folder was flushed.
        string folder = slash < 0 ? string.Empty : name[..slash];
        if (error == 0 || Directory.Exists(_folders.FullPath(folder)))
        {
            _folders.Flush(folder);
        }
    }
}
