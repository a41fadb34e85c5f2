using VtPS.Engine.Backups;
using VtPS.Engine.IO;
using VtPS.Engine.Operations;
using VtPS.Engine.Replicas;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Sync;

/// <summary>
/// The Store of a tree's revisions, <c>.vt/store</c>: each sync that replaced or deleted something made a backup of that, with the paths of the tree. It is a Store as any other:
/// what it holds is listed, restored and thinned out by the same operations.
/// </summary>
internal static class RevisionStore
{
    /// <summary>The subset of its backups.</summary>
    public const string Subset = "revisions";

    /// <summary>The Store's address; null where the tree has none, for no sync has replaced or deleted anything in it.</summary>
    /// <param name="root">The tree's root: a full path.</param>
    /// <exception cref="VtException">PathNotFound: there is no such folder.</exception>
    public static StoreAddress? Find(string root)
    {
        using ReplicaFolder folder = ReplicaFolder.Open(root, readOnly: true);
        return Directory.Exists(folder.Store) ? new StoreAddress(folder.Store) : null;
    }

    /// <summary>Moves the folders of revisions into the Store, those of a sync that was cut off too, and removes backups that are older than the terms say.</summary>
    public static async Task SettleAsync(ReplicaFolder folder, SyncTerms terms, IBlockIndexFactory indexes, IOperationObserver observer, CancellationToken cancellationToken)
    {
        string[] runs = Directory.Exists(folder.Revisions) ? Directory.GetDirectories(folder.Revisions) : [];
        if (runs.Length == 0 && (terms.RevisionAge.Length == 0 || !Directory.Exists(folder.Store)))
        {
            return;
        }

        StoreAddress address = new(folder.Store);
        if (!File.Exists(Path.Join(folder.Store, StoreNames.Config)))
        {
            await StoreCreation.CreateAsync(new CreateStoreRequest { Address = address, Description = "What syncs replaced or deleted." }, new ErrorsOnly(observer), cancellationToken).ConfigureAwait(false);
        }

        StoreSession store = await StoreSession.OpenAsync(address, indexes, cancellationToken).ConfigureAwait(false);
        await using (store.ConfigureAwait(false))
        {
            foreach (string run in runs.Order(StringComparer.Ordinal))
            {
                await BackUpAsync(store, folder, run, observer, cancellationToken).ConfigureAwait(false);
            }

            if (terms.RevisionAge.Length > 0)
            {
                DateTimeOffset before = VtAge.Parse(terms.RevisionAge).Before(DateTimeOffset.Now, TimeZoneInfo.Local);
                List<VtBackup> backups = await BackupCatalog.ReadAllAsync(store, static e => throw e, cancellationToken).ConfigureAwait(false);
                List<string> old = [.. backups.Where(b => b.StartTime < before.LocalDateTime).Select(b => b.Id)];
                if (old.Count > 0)
                {
                    await RemoveBackupOperation.RunAsync(store, old, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private static async Task BackUpAsync(StoreSession store, ReplicaFolder folder, string run, IOperationObserver observer, CancellationToken cancellationToken)
    {
        byte[] root = FileSystem.Current.GetBytes(run);
        using (DirectoryHandle handle = FileSystem.Current.OpenDirectory(root))
        {
            byte[][] paths = [.. handle.List().Select(n => (byte[])[.. root, (byte)'/', .. n.Name])];
            if (paths.Length > 0)
            {
                BackupRequest request = new()
                {
                    Paths = paths.ToAsyncEnumerable(),
                    Root = root,
                    RecordedRoot = FileSystem.Current.GetBytes(folder.Root),
                    Subset = Subset,
                    HostName = Environment.MachineName is { Length: > 0 } host && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? host : "sync",
                    Comment = Path.GetFileName(run),
                    BaseIds = [],
                };
                VtBackup backup = await BackupOperation.RunAsync(store, request, new ErrorsOnly(observer), cancellationToken).ConfigureAwait(false);
                if (backup.Status != VtBackupStatus.Complete)
                {
                    // The folder stays, and the next sync takes it in.
                    cancellationToken.ThrowIfCancellationRequested();
                    return;
                }
            }
        }

        Directory.Delete(run, recursive: true);
    }

    /// <summary>Passes errors and warnings on, and nothing else.</summary>
    private sealed class ErrorsOnly(IOperationObserver observer) : IOperationObserver
    {
        public bool WantsItems => false;

        public bool WantsProgress => false;

        public void OnItem(VtFileResult item)
        {
        }

        public void OnError(VtError error) => observer.OnError(error);

        public void OnProgress(in OperationProgress progress)
        {
        }

        public void OnWarning(string message) => observer.OnWarning(message);
    }
}
