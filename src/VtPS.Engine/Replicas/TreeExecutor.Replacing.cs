using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>The actions on what lies in its place: deletion, new content, new attributes.</summary>
internal sealed partial class TreeExecutor
{
    private void DeleteFile(PlannedAction action)
    {
        AppliedEntry entry = Applied.Find(action.Record.Id)!;
        (DirectoryHandle folder, byte[] name) = _folders.Locate(entry);
        if (folder.TryGetStatus(name) is not { } status)
        {
            Applied.Remove(entry);
            return;
        }

        if (!IsAsKnown(entry, status))
        {
            action.Wait("It changed on this side meanwhile.");
            return;
        }

        if (MoveAway(folder, name, entry, action))
        {
            Applied.Remove(entry);
        }
    }

    /// <summary>Takes an entry out of its place for good; false, and it is back there, if it was another by then.</summary>
    private bool MoveAway(DirectoryHandle folder, byte[] name, AppliedEntry entry, PlannedAction action)
    {
        (DirectoryHandle Folder, byte[] Name) there = _revisions.Take(folder, name, PathOf(entry));
        if (!IsAsKnown(entry, there.Folder.GetStatus(there.Name)))
        {
            there.Folder.MoveTo(there.Name, folder, name);
            action.Wait("It changed on this side meanwhile.");
            return false;
        }

        if (!_keepRevisions)
        {
            there.Folder.DeleteFile(there.Name);
        }

        return true;
    }

    private void DeleteFolder(PlannedAction action)
    {
        AppliedEntry entry = Applied.Find(action.Record.Id)!;
        (DirectoryHandle folder, byte[] name) = _folders.Locate(entry);
        if (folder.TryGetStatus(name) is { } status)
        {
            if (status.Type != VtItemType.Directory)
            {
                action.Wait("There is something else in its place.");
                return;
            }

            try
            {
                folder.DeleteDirectory(name);
            }
            catch (FileSystemException e) when (e.Reason is FileSystemReason.NotEmpty or FileSystemReason.Exists)
            {
                action.Wait("It is not empty: it holds something that is left out of syncs, or that the last scan did not see.");
                return;
            }
        }

        _folders.Close(entry.Id);
        _folders.Unpark(entry.Id);
        Applied.Remove(entry);
    }

    private void Update(PlannedAction action)
    {
        AppliedEntry entry = Applied.Find(action.Record.Id)!;
        NodeRecord record = action.Record;
        if (Make(record) is not { } name)
        {
            action.Wait("Its content could not be had.");
            return;
        }

        // Under a name that says that it may be what was replaced.
        byte[] fresh = _staging.Fresh();
        _staging.Handle.Rename(name, fresh);
        FileStatus made = _staging.Handle.GetStatus(fresh);
        try
        {
            (DirectoryHandle folder, byte[] at) = _folders.Locate(entry);
            if (!IsAsKnown(entry, folder.GetStatus(at)))
            {
                action.Wait("It changed on this side meanwhile.");
            }
            else if (TryExchange(entry, folder, at, fresh))
            {
                Exchanged(action, entry, folder, at, fresh);
            }
            else if (MoveAway(folder, at, entry, action))
            {
                _staging.Handle.MoveTo(fresh, folder, at);
            }

            if (action.Status == VtSyncActionStatus.Planned)
            {
                Note(entry, record, made, folder.GetStatus(at));
            }
        }
        finally
        {
            _staging.Return(fresh, made, record.Data);
        }
    }

    /// <summary>Lets a file's new content and its old one change places, so that a sync that is killed after it knows that they did.</summary>
    private bool TryExchange(AppliedEntry entry, DirectoryHandle folder, byte[] name, byte[] fresh)
    {
        PlacementMarks.Begin(_staging.Handle, entry.Id);
        if (_staging.Handle.TryExchange(fresh, folder, name))
        {
            return true;
        }

        PlacementMarks.Cancel(_staging.Handle, entry.Id);
        return false;
    }

    /// <summary>Gives what was replaced to the revisions. Whoever replaced it in the moment before gets it back.</summary>
    private void Exchanged(PlannedAction action, AppliedEntry entry, DirectoryHandle folder, byte[] name, byte[] taken)
    {
        bool isKnown = IsAsKnown(entry, _staging.Handle.GetStatus(taken));
        if (!isKnown && _staging.Handle.TryExchange(taken, folder, name))
        {
            PlacementMarks.Cancel(_staging.Handle, entry.Id);
            action.Wait("It changed on this side meanwhile.");
            return;
        }

        (DirectoryHandle Folder, byte[] Name) there = _revisions.Take(_staging.Handle, taken, PathOf(entry));
        if (isKnown && !_keepRevisions)
        {
            there.Folder.DeleteFile(there.Name);
        }
    }

    private void Touch(PlannedAction action)
    {
        AppliedEntry entry = Applied.Find(action.Record.Id)!;
        (DirectoryHandle folder, byte[] name) = _folders.Locate(entry);
        FileStatus status = folder.GetStatus(name);
        if (!IsAsKnown(entry, status))
        {
            action.Wait("It changed on this side meanwhile.");
            return;
        }

        SetAttributes(folder, name, action.Record);
        FileStatus touched = folder.GetStatus(name);
        Note(entry, action.Record, status with { Modified = touched.Modified }, touched);
    }
}
