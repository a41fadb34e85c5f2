using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>
/// Puts right what a sync left between two places: the content of parked files becomes recovered content, from which they are made again where the history has them, and the
/// entries are noted as not on disk, which is no deletion. What a parked folder holds and the last scan did not see goes to the revisions.
/// </summary>
internal sealed class ParkingRecovery
{
    private readonly AppliedTree _applied;
    private readonly DirectoryHandle _recovered;
    private readonly RevisionFolder _revisions;
    private readonly CancellationToken _cancellationToken;

    private ParkingRecovery(AppliedTree applied, DirectoryHandle recovered, RevisionFolder revisions, CancellationToken cancellationToken)
    {
        _applied = applied;
        _recovered = recovered;
        _revisions = revisions;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Recovers.</summary>
    /// <param name="state">The replica.</param>
    /// <param name="folder">Its state folder.</param>
    /// <param name="readOnly">Notes what is parked, and leaves it where it is.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Whether anything was parked.</returns>
    public static bool Run(ReplicaState state, ReplicaFolder folder, bool readOnly, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder.Parked))
        {
            return false;
        }

        using DirectoryHandle parking = ReplicaFolder.OpenFolder(folder.Parked);
        List<DirectoryEntryName> names = parking.List();
        if (names.Count == 0)
        {
            return false;
        }

        HashSet<NodeId> parked = [];
        foreach (DirectoryEntryName name in names)
        {
            if (Identity.TryParse(PathText.Format(name.Name), out Identity id))
            {
                parked.Add(new NodeId(id));
            }
        }

        if (!readOnly)
        {
            using DirectoryHandle recovered = ReplicaFolder.OpenFolder(folder.Recovered);
            using RevisionFolder revisions = new(folder);
            new ParkingRecovery(state.Applied, recovered, revisions, cancellationToken).Empty(parking, null, []);
        }

        foreach (AppliedEntry entry in state.Applied.Entries.Where(e => LiesIn(state.Applied, e, parked)).ToList())
        {
            state.Applied.Remove(entry);
        }

        return true;
    }

    private static bool LiesIn(AppliedTree applied, AppliedEntry entry, HashSet<NodeId> parked)
    {
        for (AppliedEntry? at = entry; at is not null; at = applied.Find(at.Place.Parent))
        {
            if (parked.Contains(at.Id))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Empties a folder.</summary>
    /// <param name="folder">The parking, or a folder that was parked.</param>
    /// <param name="id">The folder's identity; null for the parking, and for a folder that is not known.</param>
    /// <param name="path">The path that it had in the tree.</param>
    private void Empty(DirectoryHandle folder, NodeId? id, List<byte[]> path)
    {
        foreach (DirectoryEntryName name in folder.List())
        {
            AppliedEntry? known = path.Count == 0 ? FindParked(name.Name) : id is { } parent && _applied.TryFind(new Place(parent, name.Name), out AppliedEntry? entry) ? entry : null;
            List<byte[]> wanted = path.Count > 0 ? [.. path, name.Name] : known is null ? ["parked"u8.ToArray(), name.Name] : _applied.PathOf(known.Place) ?? [known.Place.Name];
            try
            {
                if (Recover(folder, name.Name, known, wanted))
                {
                    continue;
                }
            }
            catch (FileSystemException e) when (e.Reason == FileSystemReason.Denied)
            {
                // What cannot be read can be moved all the same.
            }

            _revisions.Take(folder, name.Name, wanted);
        }
    }

    /// <summary>Empties a folder and removes it, keeps a known file by its content, and removes a known link; false for anything else, such as what the last scan did not see.</summary>
    private bool Recover(DirectoryHandle folder, byte[] name, AppliedEntry? known, List<byte[]> path)
    {
        VtItemType type = folder.GetStatus(name).Type;
        if (type == VtItemType.Directory)
        {
            using (DirectoryHandle inner = folder.OpenDirectory(name))
            {
                Empty(inner, known?.Id, path);
            }

            folder.DeleteDirectory(name);
            return true;
        }

        if (known is null || known.Data.Type != type)
        {
            return false;
        }

        if (type == VtItemType.SymbolicLink)
        {
            // What it points to is in the history.
            folder.DeleteFile(name);
            return true;
        }

        using (SafeFileHandle file = folder.OpenFile(name))
        {
            if (!ContentHasher.Compute(file, _cancellationToken).Equals(known.Data.Content))
            {
                return false;
            }
        }

        byte[] target = System.Text.Encoding.ASCII.GetBytes(StagingArea.NameOf(known.Data));
        if (_recovered.TryGetStatus(target) is null)
        {
            folder.MoveTo(name, _recovered, target);
        }
        else
        {
            folder.DeleteFile(name);
        }

        return true;
    }

    private AppliedEntry? FindParked(byte[] name) =>
        Identity.TryParse(PathText.Format(name), out Identity id) ? _applied.Find(new NodeId(id)) : null;
}
