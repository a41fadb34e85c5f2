using System.Globalization;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Histories;
using VtPS.Engine.IO;

namespace VtPS.Engine.Replicas;

/// <summary>
/// Puts right what a sync left between two places: the content of parked files becomes recovered content, from which they are made again where the history has them, and the
/// entries are noted as not on disk, which is no deletion.
/// </summary>
internal static class ParkingRecovery
{
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
            if (UInt128.TryParse(PathText.Format(name.Name), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 id))
            {
                parked.Add(new NodeId(id));
            }
        }

        foreach (AppliedEntry entry in state.Applied.Entries.Where(e => LiesIn(state.Applied, e, parked)).ToList())
        {
            state.Applied.Remove(entry);
        }

        if (!readOnly)
        {
            using DirectoryHandle recovered = ReplicaFolder.OpenFolder(folder.Recovered);
            Empty(parking, recovered, cancellationToken);
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

    private static void Empty(DirectoryHandle folder, DirectoryHandle recovered, CancellationToken cancellationToken)
    {
        foreach (DirectoryEntryName name in folder.List())
        {
            FileStatus status = folder.GetStatus(name.Name);
            switch (status.Type)
            {
                case VtItemType.Directory:
                    using (DirectoryHandle inner = folder.OpenDirectory(name.Name))
                    {
                        Empty(inner, recovered, cancellationToken);
                    }

                    folder.DeleteDirectory(name.Name);
                    break;
                case VtItemType.File:
                    NodeData data;
                    using (SafeFileHandle file = folder.OpenFile(name.Name))
                    {
                        data = NodeData.File(ContentHasher.Compute(file, cancellationToken));
                    }

                    byte[] target = System.Text.Encoding.ASCII.GetBytes(StagingArea.NameOf(data));
                    if (recovered.TryGetStatus(target) is null)
                    {
                        folder.MoveTo(name.Name, recovered, target);
                    }
                    else
                    {
                        folder.DeleteFile(name.Name);
                    }

                    break;
                default:
                    // What a link points to is in the history.
                    folder.DeleteFile(name.Name);
                    break;
            }
        }
    }
}
