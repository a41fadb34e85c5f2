using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.Objects;

/// <summary>An object on its way into a <see cref="LocalFolderStorage"/>: a file in <c>tmp/</c> until it is committed.</summary>
internal sealed class LocalUpload : IObjectUpload
{
    // Begun early, in pieces, writing to the medium overlaps with compressing what comes next; the flush at the end finds little left to do.
    private const long WriteOutPiece = 8L << 20;

    // Unique within the process; the random part keeps apart processes that write for one owner.
    private static readonly string ProcessPart = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
    private static long s_counter;

    private readonly DurableFolders _folders;
    private readonly string _location;
    private readonly string _name;
    private readonly string _path;
    private SafeFileHandle? _handle;
    private long _length;
    private long _writtenOut;
    private VtException? _failure;
    private bool _named;

    private LocalUpload(DurableFolders folders, string location, string name, string path, SafeFileHandle handle)
    {
        _folders = folders;
        _location = location;
        _name = name;
        _path = path;
        _handle = handle;
    }

    /// <summary>Makes the file in <c>tmp/</c>.</summary>
    public static LocalUpload Begin(DurableFolders folders, string location, string name, string owner)
    {
        string number = Interlocked.Increment(ref s_counter).ToString(CultureInfo.InvariantCulture);
        string path = folders.FullPath($"{ObjectNames.Unfinished}/{owner}.{ProcessPart}-{number}");
        try
        {
            folders.Ensure(ObjectNames.Unfinished);
            SafeFileHandle handle;
            try
            {
                handle = Create(path);
            }
            catch (DirectoryNotFoundException)
            {
                folders.Ensure(ObjectNames.Unfinished, again: true);
                handle = Create(path);
            }

            return new LocalUpload(folders, location, name, path, handle);
        }
        catch (Exception e) when (StorageErrors.IsFileSystemFailure(e))
        {
            throw StorageErrors.Write(location, $"begin to write '{name}'", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        SafeFileHandle handle = Usable();
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            RandomAccess.Write(handle, bytes.Span, _length);
        }
        catch (Exception e) when (StorageErrors.IsFileSystemFailure(e))
        {
            throw _failure = StorageErrors.Write(_location, $"write '{_name}'", e);
        }

        _length += bytes.Length;
        if (_length - _writtenOut >= WriteOutPiece)
        {
            NativeFolder.StartWriteOut(handle, _writtenOut, _length - _writtenOut);
            _writtenOut = _length;
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        SafeFileHandle handle = Usable();
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Run(() => Guard(() => Commit(handle)), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Commits with the file's lock taken before it gets its name.</summary>
    /// <returns>What holds the lock; null where the file system knows no locks, and then nothing was put.</returns>
    /// <exception cref="ObjectExistsException">The name is taken, be it by the same bytes: the lock is another's then.</exception>
    public async ValueTask<IAsyncDisposable?> CommitLockedAsync(CancellationToken cancellationToken)
    {
        SafeFileHandle handle = Usable();
        cancellationToken.ThrowIfCancellationRequested();
        LockedFile? locked = null;
        await Task.Run(() => Guard(() => locked = CommitLocked(handle)), CancellationToken.None).ConfigureAwait(false);
        return locked;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _handle?.Dispose();
        _handle = null;
        if (!_named)
        {
            _named = true;
            try
            {
                File.Delete(_path);
            }
            catch (Exception e) when (StorageErrors.IsFileSystemFailure(e))
            {
                // Whatever stays is swept by its owner's name.
            }
        }

        return ValueTask.CompletedTask;
    }

    private static SafeFileHandle Create(string path)
    {
        // On Windows the file is renamed while it is open and, for a lock, may be read by others but not opened to write.
        SafeFileHandle handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        if (!OperatingSystem.IsWindows())
        {
            try
            {
                File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A file system without modes (FAT, some shares) decides for itself who may read; its folder is what protects it.
            }
        }

        return handle;
    }

    /// <summary>The open file. Whoever comes after a failure, before its first victim could tell of it, gets the same error.</summary>
    private SafeFileHandle Usable() => _failure is not null
        ? throw new VtException(_failure.ErrorId, _failure.Message, _failure.Target, _failure)
        : _handle ?? throw new InvalidOperationException($"'{_name}' is committed or given up already.");

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (StorageErrors.IsFileSystemFailure(e))
        {
            throw _failure = StorageErrors.Write(_location, $"finish writing '{_name}'", e);
        }
    }

    private void Commit(SafeFileHandle handle)
    {
        RandomAccess.FlushToDisk(handle);
        string folder = Folder();
        _folders.Ensure(folder);
        if (!TryName(folder))
        {
            FileComparison.RequireSame(handle, _folders.FullPath(_name), _length, _name, _location);
        }

        _folders.Flush(folder);
        _handle = null;
        handle.Dispose();
    }

    private LockedFile? CommitLocked(SafeFileHandle handle)
    {
        RandomAccess.FlushToDisk(handle);
        if (!LockedFile.TryLock(handle))
        {
            return null;
        }

        string folder = Folder();
        _folders.Ensure(folder);
        if (!TryName(folder))
        {
            throw new ObjectExistsException(_name, _location);
        }

        _folders.Flush(folder);
        _handle = null;
        return new LockedFile(handle);
    }

    /// <summary>Gives the file its name; false if the name is taken.</summary>
    private bool TryName(string folder)
    {
        string final = _folders.FullPath(_name);
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(_path, final, overwrite: false);
                return _named = true;
            }
            catch (IOException) when (File.Exists(final))
            {
                return false;
            }
        }

        int error = NativeFolder.Rename(_path, final);
        if (error == NativeFolder.NoEntry)
        {
            // The folder has gone since it was first seen.
            _folders.Ensure(folder, again: true);
            error = NativeFolder.Rename(_path, final);
        }

        return error switch
        {
            0 => _named = true,
            NativeFolder.Exists => false,
            _ => throw StorageErrors.FromNumber(error),
        };
    }

    private string Folder()
    {
        int slash = _name.LastIndexOf('/');
        return slash < 0 ? string.Empty : _name[..slash];
    }
}
