using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using VtPS.Engine.Backups;
using VtPS.Engine.IO;
using VtPS.Engine.Listing;
using VtPS.Engine.Operations;
using VtPS.Engine.Restores;
using VtPS.Engine.Rules;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Comparison;

/// <summary>
/// A live tree, by directory handles: below one folder, or the recorded sources of a backup. Sockets are passed over, as a backup does.
/// What cannot be examined is reported. For one thread.
/// </summary>
internal sealed class LiveTree : ComparedTree, IDisposable
{
    private readonly DirectoryPool _pool;
    private readonly IOperationObserver _observer;
    private readonly PooledDirectory? _top;
    private readonly List<BackupSources.Source> _sources = [];
    private readonly Dictionary<string, PooledDirectory?> _folders = new(StringComparer.Ordinal);
    private readonly BackupRules _rules;
    private readonly RuleSet _ruleSet;
    private readonly bool _topIsWhole;

    private LiveTree(PooledDirectory? top, DirectoryPool pool, VtBackup backup, IOperationObserver observer)
    {
        _top = top;
        _pool = pool;
        _observer = observer;
        _rules = backup.Rules;
        _ruleSet = ExcludeSource.Parse(_rules.Exclude);

        // Where the backup's top is a folder that was given itself, the rules begin there; else at each path given.
        _topIsWhole = backup.SourceRoot is { } root && backup.SourcePath is [string only] && PathText.Parse(only).AsSpan().SequenceEqual(root);
    }

    public DirectoryPool Pool => _pool;

    /// <summary>The tree below a folder.</summary>
    /// <exception cref="VtException">PathNotFound, SourceDenied, SourceReadFailed.</exception>
    public static LiveTree Below(byte[] folder, VtBackup backup, IOperationObserver observer)
    {
        DirectoryPool pool = new();
        try
        {
            return new LiveTree(pool.AddRoot(FileSystem.Current.OpenDirectory(folder)), pool, backup, observer);
        }
        catch (FileSystemException e)
        {
            pool.Dispose();
            throw ToError(e, PathText.Format(folder), "Give a folder that is there and that you may read.");
        }
    }

    /// <summary>The places that single top entries of a backup came from.</summary>
    public static LiveTree OfSources(BackupSources sources, VtBackup backup, IOperationObserver observer)
    {
        LiveTree tree = new(null, new DirectoryPool(), backup, observer);
        tree._sources.AddRange(sources.All);
        tree._sources.Sort((x, y) => NameComparer.Instance.Compare(x.Name, y.Name));
        return tree;
    }

    public override IAsyncEnumerable<ComparedEntry> ReadTopAsync(CancellationToken cancellationToken) =>
        _top is null ? ReadSourcesAsync(cancellationToken) : ReadAsync(_top, "", null, cancellationToken);

    public override IAsyncEnumerable<ComparedEntry> ReadAsync(ComparedEntry directory, CancellationToken cancellationToken) =>
        ReadAsync(directory.Itself!, PathText.Format(directory.Name), directory, cancellationToken);

    public void Dispose() => _pool.Dispose();

    /// <summary>The error that a failure of the live file system is.</summary>
    public static VtException ToError(FileSystemException e, string path, string advice)
    {
        VtErrorId id = e.Reason switch
        {
            FileSystemReason.NotFound => VtErrorId.PathNotFound,
            FileSystemReason.Denied => VtErrorId.SourceDenied,
            _ => VtErrorId.SourceReadFailed,
        };
        return new VtException(id, $"'{path}' cannot be read: {e.Message} {advice}", path, e);
    }

    private async IAsyncEnumerable<ComparedEntry> ReadAsync(PooledDirectory directory, string text, ComparedEntry? from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Live directories are read at once; the method is asynchronous only because that of a backup's is.
        await ValueTask.CompletedTask.ConfigureAwait(false);
        LivePlace? place = from?.Place;
        if (_rules.OneFileSystem && place is not null && place.Device != place.TopDevice)
        {
            yield break;
        }

        List<DirectoryEntryName> names = List(directory, text, out RuleSet? local, out bool isCache);
        bool begins = from is null ? _topIsWhole : place is { Outer: null };
        RuleScope? scope = begins ? RuleScope.Create(_ruleSet, local) : from is null ? null : place?.Outer?.Enter(from.Value.Name, local);
        foreach (DirectoryEntryName name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (name.Type != VtItemType.Socket
                && !(isCache && !name.Name.AsSpan().SequenceEqual(ExcludeSource.CacheTag))
                && Examine(directory, name.Name, scope, place) is { } entry)
            {
                yield return entry;
            }
        }
    }

    private async IAsyncEnumerable<ComparedEntry> ReadSourcesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask.ConfigureAwait(false);
        foreach (BackupSources.Source source in _sources)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (GetFolder(source) is { } folder && (source.Follows ? ExamineFollowed(folder, source) : Examine(folder, source.Name, null, null)) is { } entry)
            {
                yield return entry;
            }
        }
    }

    private List<DirectoryEntryName> List(PooledDirectory directory, string text, out RuleSet? local, out bool isCache)
    {
        try
        {
            DirectoryHandle handle = _pool.Acquire(directory);
            try
            {
                List<DirectoryEntryName> names = handle.List();
                (local, isCache) = ExcludeSource.Look(handle, names, _rules.ExcludeCaches);
                names.Sort((x, y) => NameComparer.Instance.Compare(x.Name, y.Name));
                return names;
            }
            finally
            {
                _pool.Release(directory);
            }
        }
        catch (FileSystemException e)
        {
            throw ToError(e, text, "It was not compared.");
        }
    }

    private PooledDirectory? GetFolder(BackupSources.Source source)
    {
        string key = PathText.Format(source.Folder);
        if (!_folders.TryGetValue(key, out PooledDirectory? folder))
        {
            try
            {
                folder = _pool.AddRoot(FileSystem.Current.OpenDirectory(source.Folder));
            }
            catch (FileSystemException e) when (e.Reason is FileSystemReason.NotFound or FileSystemReason.NotADirectory)
            {
                // Then all that came from it is gone, which the comparison says itself.
            }
            catch (FileSystemException e)
            {
                Report(e, source.Name);
            }

            _folders[key] = folder;
        }

        return folder;
    }

    /// <summary>A path that was given with a slash at its end: the directory that a link there leads to.</summary>
    private ComparedEntry? ExamineFollowed(PooledDirectory folder, BackupSources.Source source)
    {
        try
        {
            DirectoryHandle handle = FileSystem.Current.OpenDirectory(source.Path);
            PooledDirectory itself = _pool.AddRoot(handle);
            FileStatus status = handle.GetStatus();
            return new ComparedEntry(source.Name, Capture(status, source.Name, handle.GetExtendedAttributes(), null), folder, itself, new LivePlace(null, status.Device, status.Device));
        }
        catch (FileSystemException e) when (e.Reason == FileSystemReason.NotFound)
        {
            return null;
        }
        catch (FileSystemException e) when (e.Reason == FileSystemReason.NotADirectory)
        {
            return Examine(folder, source.Name, null, null);
        }
        catch (FileSystemException e)
        {
            Report(e, source.Name);
            return new ComparedEntry(source.Name, null, folder, null);
        }
    }

    /// <summary>An entry; null for one that is not there, a socket, or one that the backup's rules leave out.</summary>
    private ComparedEntry? Examine(PooledDirectory folder, byte[] name, RuleScope? scope, LivePlace? parent)
    {
        try
        {
            DirectoryHandle handle = _pool.Acquire(folder);
            try
            {
                if (handle.TryGetStatus(name) is not { Type: not VtItemType.Socket } status)
                {
                    return null;
                }

                bool isDirectory = status.Type == VtItemType.Directory;
                if ((scope is not null && scope.IsExcluded(name, isDirectory))
                    || (status.Type == VtItemType.File && status.Size > (_rules.ExcludeLargerThan ?? long.MaxValue)))
                {
                    return null;
                }

                byte[]? target = status.Type == VtItemType.SymbolicLink ? handle.ReadLink(name) : null;
                PooledDirectory? itself = isDirectory ? DirectoryPool.Add(folder, name) : null;
                LivePlace? place = isDirectory ? new LivePlace(scope, status.Device, parent?.TopDevice ?? status.Device) : null;
                return new ComparedEntry(name, Capture(status, name, handle.GetExtendedAttributes(name), target), folder, itself, place);
            }
            finally
            {
                _pool.Release(folder);
            }
        }
        catch (FileSystemException e) when (e.Reason == FileSystemReason.NotFound)
        {
            return null;
        }
        catch (FileSystemException e)
        {
            Report(e, name);
            return new ComparedEntry(name, null, folder, null);
        }
    }

    private static TreeEntry Capture(in FileStatus status, byte[] name, ExtendedAttribute[] attributes, byte[]? target)
    {
        byte[]? group = null;
        if (status is { LinkCount: > 1, Type: not VtItemType.Directory })
        {
            // Here a group is the inode: groups of two trees are compared by who belongs together, not by their names.
            group = new byte[16];
            BinaryPrimitives.WriteUInt64LittleEndian(group, status.Device);
            BinaryPrimitives.WriteUInt64LittleEndian(group.AsSpan(8), status.Inode);
        }

        bool isDevice = status.Type is VtItemType.CharacterDevice or VtItemType.BlockDevice;
        return new TreeEntry
        {
            Name = name,
            Type = status.Type,
            Mode = status.Mode,
            UserId = status.UserId,
            GroupId = status.GroupId,
            UserName = FileSystem.Current.GetUserName(status.UserId),
            GroupName = FileSystem.Current.GetGroupName(status.GroupId),
            Modified = status.Modified,
            Size = status.Type == VtItemType.File ? status.Size : 0,
            LinkTarget = target,
            DeviceMajor = isDevice ? status.DeviceMajor : 0,
            DeviceMinor = isDevice ? status.DeviceMinor : 0,
            LinkGroup = group,
            ExtendedAttributes = attributes,
            WindowsAttributes = status.WindowsAttributes,
        };
    }

    private void Report(FileSystemException e, byte[] name)
    {
        VtException error = ToError(e, PathText.Format(name), "It was not compared.");
        _observer.OnError(new VtError(error.ErrorId, error.Message, error.Target, e));
    }
}
