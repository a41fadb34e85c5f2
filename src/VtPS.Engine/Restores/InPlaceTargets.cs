using VtPS.Engine.IO;
using VtPS.Engine.Listing;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Restores;

/// <summary>Where the top entries of a backup go in a restore in place. For one thread at a time: one worker has a tree's top in hand.</summary>
internal sealed class InPlaceTargets(RestoreContext context, BackupSources sources)
{
    private readonly Dictionary<string, DestinationNode?> _folders = new(StringComparer.Ordinal);

    /// <summary>The directory that an entry goes to, and the entry's own where a link to it is to be followed; null twice where there is no place for it, which was reported.</summary>
    public (DestinationNode? Folder, DestinationNode? Itself) Resolve(TreeEntry entry)
    {
        BackupSources.Source? source = sources.Find(entry.Name);
        string name = PathText.Format(entry.Name);
        if (source is null)
        {
            context.Report(VtErrorId.DestinationNotSpecified, $"'{name}' was not restored: the backup does not say where it came from. Restore it to a folder instead.", name);
            return (null, null);
        }

        DestinationNode? folder = Open(source.Folder, name);
        if (folder is null || !source.Follows || entry.Type != VtItemType.Directory)
        {
            return (folder, null);
        }

        try
        {
            FileStatus? status = null;
            DirectoryHandle handle = context.Pool.Acquire(folder.Directory!);
            try
            {
                status = handle.TryGetStatus(source.Name);
            }
            finally
            {
                context.Pool.Release(folder.Directory!);
            }

            if (status is not { Type: VtItemType.SymbolicLink })
            {
                return (folder, null);
            }

            PooledDirectory directory = context.Pool.AddRoot(FileSystem.Current.OpenDirectory(source.Path, followLast: true));
            DestinationNode itself = new(folder, entry.Name, entry, TreePath.Top.Enter(entry.Name), isOwn: true)
            {
                Directory = directory,
                State = DestinationNode.NodeState.Ready,
                MayGiveAcl = true,
            };
            return (folder, itself);
        }
        catch (FileSystemException e)
        {
            context.ReportFailure(name, e);
            return (null, null);
        }
    }

    private DestinationNode? Open(byte[] folder, string item)
    {
        string key = PathText.Format(folder);
        if (!_folders.TryGetValue(key, out DestinationNode? node))
        {
            try
            {
                node = new DestinationNode(context.Pool.AddRoot(DestinationFolder.Open(folder))) { Key = DestinationKey.OfPath(folder) };
            }
            catch (VtException e)
            {
                context.Report(e.ErrorId, $"'{item}' was not restored: {e.Message}", item, e);
            }

            _folders[key] = node;
        }

        return node;
    }
}
