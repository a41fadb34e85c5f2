using Microsoft.Win32.SafeHandles;
using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>Restores entries that are not directories. For one thread at a time.</summary>
internal sealed class ItemRestorer
{
    /// <summary>Nobody but the owner sees a file in the making.</summary>
    private const int PrivateMode = 0x180;

    private readonly RestoreContext _context;
    private readonly MetadataWriter _metadata;
    private readonly TreeRemover _remover;
    private readonly ContentWriter _writer;
    private readonly ContentComparer _comparer;

    public ItemRestorer(RestoreContext context, MetadataWriter metadata, TreeRemover remover)
    {
        _context = context;
        _metadata = metadata;
        _remover = remover;
        _writer = new ContentWriter(context);
        _comparer = new ContentComparer(context.Trees, context.HashName);
    }

    /// <summary>Restores an entry. What cannot be done is reported, and the work goes on.</summary>
    /// <param name="node">The directory to restore to; ready.</param>
    /// <param name="directory">Its handle.</param>
    /// <param name="name">The name that the entry gets there.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="path">Where it is inside the backup.</param>
    public async ValueTask RestoreAsync(DestinationNode node, DirectoryHandle directory, byte[] name, TreeEntry entry, ItemPath path)
    {
        Place place = new(node, directory, name, entry, path);
        try
        {
            DestinationTree.CheckAcl(node, directory);
            if (entry.LinkGroup is null)
            {
                await RestoreOneAsync(place).ConfigureAwait(false);
            }
            else
            {
                await RestoreLinkedAsync(place, entry.LinkGroup).ConfigureAwait(false);
            }
        }
        catch (VtException e) when (RestoreContext.IsDamage(e))
        {
            _context.ReportDamage(path.ToString(), $"'{path}' was left out because its content is damaged in the Store.", e);
            _context.GiveRow(path, entry, VtFileAction.Damaged, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _context.ReportFailure(path.ToString(), e);
        }

        Interlocked.Increment(ref _context.Counters.ItemsDone);
        Interlocked.Add(ref _context.Counters.BytesDone, entry.Type == VtItemType.File ? entry.Size : 0);
        if (_context.Progress.IsDue)
        {
            _context.Progress.Report(path.ToString(), 0, 0);
        }
    }

    private async ValueTask RestoreLinkedAsync(Place place, byte[] group)
    {
        int backup = _context.BackupNumber;
        LinkGroups.Target? first = await _context.Links.ClaimAsync(backup, group, _context.Token).ConfigureAwait(false);
        if (first is not null)
        {
            if (!Link(place, first))
            {
                await RestoreOneAsync(place).ConfigureAwait(false);
            }

            return;
        }

        LinkGroups.Target? made = null;
        try
        {
            if (await RestoreOneAsync(place).ConfigureAwait(false))
            {
                made = new LinkGroups.Target(place.Node.Directory!, place.Name);
            }
        }
        finally
        {
            _context.Links.Finish(backup, group, made);
        }
    }

    /// <returns>False where a link cannot be made here, and a copy has to do.</returns>
    private bool Link(in Place place, LinkGroups.Target first)
    {
        FileStatus? present = place.TryGetStatus();
        try
        {
            DirectoryHandle source = _context.Pool.Acquire(first.Directory);
            try
            {
                if (present is { } status)
                {
                    FileStatus wanted = source.GetStatus(first.Name);
                    if (status.Device == wanted.Device && status.Inode == wanted.Inode)
                    {
                        Interlocked.Increment(ref _context.Counters.FilesEqual);
                        _context.GiveRow(place.Path, place.Entry, VtFileAction.Equal, 0);
                        return true;
                    }

                    // A copy with the very size and time is nothing that anybody would lose by a link.
                    bool isCopy = status.Type == VtItemType.File && wanted.Type == VtItemType.File && status.Size == wanted.Size && status.Modified == wanted.Modified;
                    if (!isCopy && !_context.Request.Force)
                    {
                        _context.ReportDiffers(place.Path.ToString(), "in its place is another file than the one that it is a further name of.");
                        return true;
                    }

                    byte[] temporary = _context.NewTemporaryName();
                    place.Directory.CreateHardLink(temporary, source, first.Name);
                    bool placed = false;
                    try
                    {
                        placed = Replace(place, temporary, status);
                    }
                    finally
                    {
                        if (!placed)
                        {
                            RemoveTemporary(place.Directory, temporary);
                        }
                    }

                    if (!placed)
                    {
                        return true;
                    }
                }
                else
                {
                    place.Directory.CreateHardLink(place.Name, source, first.Name);
                }
            }
            finally
            {
                _context.Pool.Release(first.Directory);
            }
        }
        catch (FileSystemException e) when (e.Reason is not (FileSystemReason.Full or FileSystemReason.Exists))
        {
            // Other file systems (EXDEV), too many names (EMLINK), no links at all, a directory that became unreadable by its own recorded mode.
            _context.Warnings.LinkNotMade(place.Path.ToString());
            return false;
        }

        Interlocked.Increment(ref _context.Counters.Others);
        _context.GiveRow(place.Path, place.Entry, VtFileAction.Restored, 0);
        return true;
    }

    /// <returns>Whether the entry is there now.</returns>
    private async ValueTask<bool> RestoreOneAsync(Place place)
    {
        FileStatus? present = place.TryGetStatus();
        switch (place.Entry.Type)
        {
            case VtItemType.File:
                if (present is { } status && await IsEqualFileAsync(place, status).ConfigureAwait(false))
                {
                    _metadata.Update(new MetadataTarget(place.Directory, null, place.Name), status, place.Entry, place.Path, true);
                    Interlocked.Increment(ref _context.Counters.FilesEqual);
                    _context.GiveRow(place.Path, place.Entry, VtFileAction.Equal, 0);
                    return true;
                }

                return MayReplace(place, present) && await WriteFileAsync(place, present).ConfigureAwait(false);
            case VtItemType.SymbolicLink or VtItemType.Fifo or VtItemType.CharacterDevice or VtItemType.BlockDevice:
                return RestoreOther(place, present);
            default:
                _context.Report(
                    VtErrorId.DestinationWriteFailed,
                    $"'{place.Path}' was not restored: it is of a kind that this version of VtPS cannot make. Use a newer version.",
                    place.Path.ToString());
                return false;
        }
    }

    private bool MayReplace(in Place place, in FileStatus? present)
    {
        if (present is null || _context.Request.Force)
        {
            return true;
        }

        _context.ReportDiffers(place.Path.ToString(), present.Value.Type == place.Entry.Type ? "what is there differs from it." : "in its place is something of another kind.");
        return false;
    }

    private async ValueTask<bool> IsEqualFileAsync(Place place, FileStatus status)
    {
        if (status.Type != VtItemType.File || status.Size != place.Entry.Size)
        {
            return false;
        }

        if (status.Modified == place.Entry.Modified)
        {
            return true;
        }

        try
        {
            using SafeFileHandle file = place.Directory.OpenFile(place.Name);
            return await _comparer.EqualsAsync(file, place.Entry.Content, null, _context.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || (e is VtException damage && RestoreContext.IsDamage(damage)))
        {
            // Not known to be equal: then it is replaced, or reported as different.
            return false;
        }
    }

    private async ValueTask<bool> WriteFileAsync(Place place, FileStatus? present)
    {
        TreeEntry entry = place.Entry;
        byte[] temporary = _context.NewTemporaryName();
        bool placed = false;
        SafeFileHandle file = place.Directory.CreateFile(temporary, PrivateMode);
        try
        {
            await _writer.WriteAsync(place.Directory, file, entry, _context.Request.OnDamage == OnDamage.Zero, place.Path, _context.Token).ConfigureAwait(false);
            if (_context.Request.Verify && !await VerifyAsync(place, file).ConfigureAwait(false))
            {
                return false;
            }

            _metadata.ApplyToNew(new MetadataTarget(place.Directory, file, temporary), place.Node, entry, PrivateMode, place.Path);
            file.Dispose();
            _context.Token.ThrowIfCancellationRequested();
            placed = Replace(place, temporary, present);
        }
        finally
        {
            file.Dispose();
            if (!placed)
            {
                RemoveTemporary(place.Directory, temporary);
            }
        }

        if (!placed)
        {
            return false;
        }

        Interlocked.Increment(ref _context.Counters.FilesRestored);
        if (_writer.FirstDamage is { } damage)
        {
            _context.ReportDamage(place.Path.ToString(), $"'{place.Path}' was restored with zeros in {_writer.Unreadable.Count} places that are damaged in the Store.", damage);
        }

        _context.GiveRow(place.Path, entry, _writer.FirstDamage is null ? VtFileAction.Restored : VtFileAction.Damaged, entry.Size);
        return true;
    }

    private async ValueTask<bool> VerifyAsync(Place place, SafeFileHandle file)
    {
        bool equal = RandomAccess.GetLength(file) == place.Entry.Size
            && await _comparer.EqualsAsync(file, place.Entry.Content, _writer.Unreadable, _context.Token).ConfigureAwait(false);
        if (equal)
        {
            Interlocked.Increment(ref _context.Counters.FilesVerified);
        }
        else
        {
            _context.Report(
                VtErrorId.DestinationWriteFailed,
                $"'{place.Path}' was not restored: what was read back is not what was written. Check the destination's disk and memory before you trust what is on it.",
                place.Path.ToString());
        }

        return equal;
    }

    private bool RestoreOther(in Place place, in FileStatus? present)
    {
        TreeEntry entry = place.Entry;
        if (present is { } status && IsEqualOther(place, status))
        {
            _metadata.Update(new MetadataTarget(place.Directory, null, place.Name), status, entry, place.Path, true);
            _context.GiveRow(place.Path, entry, VtFileAction.Equal, 0);
            return true;
        }

        if (!MayReplace(place, present))
        {
            return false;
        }

        // Where nothing is, it can be made in its place at once: unlike a file it is never half there.
        byte[] name = present is null ? place.Name : _context.NewTemporaryName();
        bool placed = false;
        if (entry.Type == VtItemType.SymbolicLink)
        {
            place.Directory.CreateSymbolicLink(name, entry.LinkTarget ?? []);
        }
        else
        {
            place.Directory.CreateNode(name, entry.Type, PrivateMode, entry.DeviceMajor, entry.DeviceMinor);
        }

        try
        {
            _metadata.ApplyToNew(new MetadataTarget(place.Directory, null, name), place.Node, entry, -1, place.Path);
            placed = present is null || Replace(place, name, present);
        }
        finally
        {
            if (!placed)
            {
                RemoveTemporary(place.Directory, name);
            }
        }

        if (placed)
        {
            Interlocked.Increment(ref _context.Counters.Others);
            _context.GiveRow(place.Path, entry, VtFileAction.Restored, 0);
        }

        return placed;
    }

    private static bool IsEqualOther(in Place place, in FileStatus status) => status.Type == place.Entry.Type && status.Type switch
    {
        VtItemType.SymbolicLink => place.Directory.ReadLink(place.Name).AsSpan().SequenceEqual(place.Entry.LinkTarget),
        VtItemType.Fifo => true,
        _ => status.DeviceMajor == place.Entry.DeviceMajor && status.DeviceMinor == place.Entry.DeviceMinor,
    };

    /// <summary>Gives what was made beside its place the final name.</summary>
    /// <returns>False where a directory is in its place and could not be removed; that was reported.</returns>
    private bool Replace(in Place place, byte[] temporary, in FileStatus? present)
    {
        if (present is { Type: VtItemType.Directory } && !_remover.Remove(place.Node.Directory!, place.Name, place.Path.ToString(), isExtra: false))
        {
            return false;
        }

        place.Directory.Rename(temporary, place.Name);
        return true;
    }

    private static void RemoveTemporary(DirectoryHandle directory, byte[] name)
    {
        try
        {
            directory.DeleteFile(name);
        }
        catch (FileSystemException)
        {
            // The error that led here is the one to tell.
        }
    }

    /// <summary>An entry and where it goes.</summary>
    private readonly record struct Place(DestinationNode Node, DirectoryHandle Directory, byte[] Name, TreeEntry Entry, ItemPath Path)
    {
        // In a directory that this restore made there is only what it put there itself.
        public FileStatus? TryGetStatus() => Node.IsNew ? null : Directory.TryGetStatus(Name);
    }
}
