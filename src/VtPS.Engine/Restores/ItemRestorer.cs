using VtPS.Engine.IO;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>Restores entries that are not directories. For one thread at a time.</summary>
internal sealed class ItemRestorer
{
    /// <summary>Until its owner is set, nobody but this process's user may use what is made.</summary>
    private const int PrivateMode = 0x180;

    private readonly RestoreContext _context;
    private readonly MetadataWriter _metadata;
    private readonly Placement _placement;
    private readonly FileRestorer _files;

    public ItemRestorer(RestoreContext context, MetadataWriter metadata, TreeRemover remover)
    {
        _context = context;
        _metadata = metadata;
        _placement = new Placement(context, remover);
        _files = new FileRestorer(context, metadata, _placement);
    }

    /// <summary>Restores an entry. What cannot be done is reported, and the work goes on.</summary>
    /// <param name="node">The directory to restore to; ready.</param>
    /// <param name="directory">Its handle.</param>
    /// <param name="name">The name that the entry gets there.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="path">Where it is inside the backup.</param>
    public async ValueTask RestoreAsync(DestinationNode node, DirectoryHandle directory, byte[] name, TreeEntry entry, ItemPath path)
    {
        RestorePlace place = new(node, directory, name, entry, path);
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
            _context.ReportDamage(path.ToString(), $"'{path}' was left out because its content cannot be read from the Store.", e);
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

    private async ValueTask RestoreLinkedAsync(RestorePlace place, byte[] group)
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
    private bool Link(in RestorePlace place, LinkGroups.Target first)
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
                        placed = _placement.Replace(place, temporary, status);
                    }
                    finally
                    {
                        if (!placed)
                        {
                            Placement.RemoveTemporary(place.Directory, temporary);
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
    private async ValueTask<bool> RestoreOneAsync(RestorePlace place)
    {
        FileStatus? present = place.TryGetStatus();
        switch (place.Entry.Type)
        {
            case VtItemType.File:
                if (present is { } status && await _files.IsEqualAsync(place, status).ConfigureAwait(false))
                {
                    _metadata.Update(new MetadataTarget(place.Directory, null, place.Name), status, place.Entry, place.Path, true);
                    Interlocked.Increment(ref _context.Counters.FilesEqual);
                    _context.GiveRow(place.Path, place.Entry, VtFileAction.Equal, 0);
                    return true;
                }

                return _placement.MayReplace(place, present) && await _files.WriteAsync(place, present).ConfigureAwait(false);
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

    private bool RestoreOther(in RestorePlace place, in FileStatus? present)
    {
        TreeEntry entry = place.Entry;
        if (present is { } status && IsEqualOther(place, status))
        {
            _metadata.Update(new MetadataTarget(place.Directory, null, place.Name), status, entry, place.Path, true);
            _context.GiveRow(place.Path, entry, VtFileAction.Equal, 0);
            return true;
        }

        if (!_placement.MayReplace(place, present))
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
            try
            {
                place.Directory.CreateNode(name, entry.Type, PrivateMode, entry.DeviceMajor, entry.DeviceMinor);
            }
            catch (FileSystemException e) when (e.Reason == FileSystemReason.Denied && entry.Type != VtItemType.Fifo)
            {
                _context.Report(VtErrorId.DestinationDenied, $"The device '{place.Path}' was not restored: {e.Message} Making devices needs root; exclude it, or restore as root.", place.Path.ToString(), e);
                return false;
            }
        }

        try
        {
            _metadata.ApplyToNew(new MetadataTarget(place.Directory, null, name), place.Node, entry, -1, place.Path);
            placed = present is null || _placement.Replace(place, name, present);
        }
        finally
        {
            if (!placed)
            {
                Placement.RemoveTemporary(place.Directory, name);
            }
        }

        if (placed)
        {
            Interlocked.Increment(ref _context.Counters.Others);
            _context.GiveRow(place.Path, entry, VtFileAction.Restored, 0);
        }

        return placed;
    }

    private static bool IsEqualOther(in RestorePlace place, in FileStatus status) => status.Type == place.Entry.Type && status.Type switch
    {
        VtItemType.SymbolicLink => place.Directory.ReadLink(place.Name).AsSpan().SequenceEqual(place.Entry.LinkTarget),
        VtItemType.Fifo => true,
        _ => status.DeviceMajor == place.Entry.DeviceMajor && status.DeviceMinor == place.Entry.DeviceMinor,
    };
}
