using System.Runtime.ExceptionServices;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>The actions that give an entry a place: what is made, and what moves. New files come last, and where there are many on several threads, each in folders of its own.</summary>
internal sealed partial class TreeExecutor
{
    /// <summary>Fewer new files than these are not worth another thread.</summary>
    private const int Many = 256;

    private bool IsNewFile(PlannedAction action) => action.IsMake && action.Record.Data.Type == VtItemType.File && Applied.Find(action.Record.Id) is null;

    /// <summary>Puts new files into their places, once all folders are there and all that had to leave has left.</summary>
    private void PutFiles(List<PlannedAction> files)
    {
        if (files.Count >= Many)
        {
            ParallelOptions options = new() { CancellationToken = _cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
            try
            {
                Parallel.ForEach(files.GroupBy(a => a.Record.Place.Parent), options, PutFiles);
            }
            catch (AggregateException e)
            {
                ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            }
        }

        Each(files, Put);
    }

    /// <summary>Puts new files of one folder into their places. What does not go smoothly is left as it was, for <see cref="Put"/> to find out why.</summary>
    private void PutFiles(IGrouping<NodeId, PlannedAction> files)
    {
        DirectoryHandle target;
        try
        {
            lock (_gate)
            {
                if (_folders.IsParked(files.Key))
                {
                    return;
                }

                target = _folders.Borrow(files.Key);
            }
        }
        catch (IOException)
        {
            return;
        }

        using (target)
        {
            foreach (PlannedAction action in files)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    if (target.TryGetStatus(action.Record.Place.Name) is not null || !MoveIn(action.Record, target))
                    {
                        continue;
                    }
                }
                catch (IOException)
                {
                    continue;
                }

                action.Done();
                lock (_gate)
                {
                    _onDone();
                }
            }
        }
    }

    /// <summary>Puts an entry into its place. The folder that it goes into came before it.</summary>
    private void Put(PlannedAction action)
    {
        NodeRecord record = action.Record;
        Place place = record.Place;
        if (_folders.IsParked(place.Parent) || (!place.Parent.IsRoot && Applied.Find(place.Parent) is null))
        {
            action.Wait("Its folder waits.");
            return;
        }

        AppliedEntry? entry = Applied.Find(record.Id);
        using DirectoryHandle target = _folders.Borrow(place.Parent);
        if (target.TryGetStatus(place.Name) is { } occupant && !Vacate(target, place, entry, record, occupant, action))
        {
            return;
        }

        if (entry is not null)
        {
            MoveEntry(entry, place, target, action);
        }
        else if (record.IsDirectory)
        {
            // Open to this user until all is in it.
            target.CreateDirectory(place.Name, 0x1C0 | record.Attribute.Mode);
            FileStatus made = target.GetStatus(place.Name);
            Add(record, made, made);
        }
        else if (!MoveIn(record, target))
        {
            action.Wait("Its content could not be had.");
        }
    }

    /// <summary>Makes a file or link and moves it into its place, where nothing lies; false where its content is not there. Safe for use by many threads.</summary>
    private bool MoveIn(NodeRecord record, DirectoryHandle target)
    {
        if (Make(record) is not { } name)
        {
            return false;
        }

        FileStatus made = _staging.Handle.GetStatus(name);
        try
        {
            _staging.Handle.MoveTo(name, target, record.Place.Name);
        }
        catch (IOException)
        {
            _staging.Return(name, made, record.Data);
            throw;
        }

        Add(record, target.GetStatus(record.Place.Name), made);
        return true;
    }

    /// <summary>Makes way where another entry lies that is to leave; false where none does, and the action waits, or is done.</summary>
    private bool Vacate(DirectoryHandle target, Place place, AppliedEntry? entry, NodeRecord record, in FileStatus occupant, PlannedAction action)
    {
        if (entry is not null && occupant.Inode == entry.Facts.Inode && occupant.Type == entry.Data.Type && occupant.LinkCount <= (entry.Data.IsDirectory ? long.MaxValue : 1))
        {
            // The file system takes both names for one.
            _folders.Park(entry);
            return target.TryGetStatus(place.Name) is null || Wait(action);
        }

        if (Applied.TryFind(place, out AppliedEntry? other) && other != entry && !_folders.IsParked(other.Id) && IsAsKnown(other, occupant)
            && _state.History.Find(other.Id) is { } leaving && !(leaving.IsAlive && leaving.Place.Equals(place)))
        {
            _folders.Park(other);
            return true;
        }

        if (entry is null && other is null && record.IsDirectory && occupant.Type == VtItemType.Directory)
        {
            // The user has made it too.
            Add(record, occupant, occupant);
            return false;
        }

        return Wait(action);
    }

    private static bool Wait(PlannedAction action)
    {
        action.Wait("Its name is taken by something that the last scan did not see, or by a name that this file system takes for the same.");
        return false;
    }

    private void MoveEntry(AppliedEntry entry, Place place, DirectoryHandle target, PlannedAction action)
    {
        (DirectoryHandle folder, byte[] name) = _folders.Locate(entry);
        FileStatus status = folder.GetStatus(name);
        if (status.Type != entry.Data.Type || !entry.Facts.IsSameEntry(status))
        {
            action.Wait("It changed on this side meanwhile.");
            return;
        }

        bool isTrusted = entry.Facts.Changed == status.Changed || _folders.IsParked(entry.Id);
        folder.MoveTo(name, target, place.Name);
        _folders.Unpark(entry.Id);
        Applied.Move(entry, place);
        FileFacts facts = FactsOf(status, target.GetStatus(place.Name));
        entry.Facts = facts with { IsTrusted = facts.IsTrusted && isTrusted };
    }

    private void Add(NodeRecord record, in FileStatus status, in FileStatus made)
    {
        Attributes attributes = record.IsDirectory ? new Attributes(status.Mode & 0x1FF, default) : record.Attribute;
        AppliedEntry entry = new() { Id = record.Id, Place = record.Place, Data = record.Data, Attributes = attributes, Seen = VersionVector.Empty, Facts = FactsOf(made, status) };
        lock (_gate)
        {
            Applied.Add(entry);
        }
    }

    /// <summary>Makes a file or link in the staging folder, complete with its attributes; null where its content is not there.</summary>
    private byte[]? Make(NodeRecord record)
    {
        byte[]? name;
        if (record.Data.Type == VtItemType.SymbolicLink)
        {
            name = _staging.Fresh();
            _staging.Handle.CreateSymbolicLink(name, record.Data.Target!);
        }
        else
        {
            name = _staging.Take(record.Data);
        }

        try
        {
            if (name is not null)
            {
                SetAttributes(_staging.Handle, name, record);
            }

            return name;
        }
        catch (FileSystemException e) when (e.Reason == FileSystemReason.NotFound)
        {
            return null;
        }
    }

    /// <summary>Gives folders that were made, or found made, their permissions, now that all is in them. Where that fails, the next plan has it.</summary>
    private void FinishFolders(List<PlannedAction> placed)
    {
        for (int i = placed.Count - 1; i >= 0; i--)
        {
            if (placed[i].IsMake && placed[i].Record is { IsDirectory: true } record && Applied.Find(record.Id) is { } entry && entry.Attributes != record.Attribute)
            {
                try
                {
                    (DirectoryHandle folder, byte[] name) = _folders.Locate(entry);
                    SetAttributes(folder, name, record);
                    FileStatus status = folder.GetStatus(name);
                    Note(entry, record, status, status);
                }
                catch (IOException e)
                {
                    placed[i].Fail(e.Message);
                }
            }
        }
    }
}
