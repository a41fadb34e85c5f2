using System.Security.Cryptography;
using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.IO;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Tests.Faults;

/// <summary>A Store of a few KB in memory, plain or opened by a key file, with two backups and an amendment; and ways to look at copies of it with fresh eyes.</summary>
internal sealed class SmallStore : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly StoreCredentials? _credentials;

    private SmallStore(bool encrypted)
    {
        if (encrypted)
        {
            _credentials = new StoreCredentials { KeyFile = _temp.WriteFile("key", TestContent.Random(32, 77)) };
        }
    }

    public MemoryStorage Storage { get; } = new();

    public bool IsEncrypted => _credentials is not null;

    /// <summary>What every backup holds, as <see cref="ReadAsync"/> gives it of the Store as it was made.</summary>
    public SortedDictionary<string, string> Right { get; private set; } = [];

    /// <summary>Makes the Store.</summary>
    /// <param name="encrypted">Whether a key file opens it.</param>
    /// <param name="atWork">Whether a writer and an optimize run have left a lease, its beat and a trash object; else it is at rest.</param>
    public static async Task<SmallStore> CreateAsync(bool encrypted, bool atWork = false)
    {
        SmallStore small = new(encrypted);
        small._temp.WriteFile("src/text", string.Concat(Enumerable.Repeat("a line that compresses well\n", 40)));
        small._temp.WriteFile("src/noise", TestContent.Random(700, 1));
        small._temp.WriteFile("src/tiny", "tiny");
        small._temp.WriteFile("src/sub/zeros", new byte[9000]);
        small._temp.WriteFile("src/sub/more", TestContent.Random(300, 2));
        File.CreateSymbolicLink(small._temp.Combine("src/link"), "sub/more");
        CreateStoreRequest request = new() { Address = small.Address, Credentials = small._credentials, AverageBlock = 4096 };
        await StoreCreation.CreateAsync(request, small.Storage, NullObserver.Instance, CancellationToken.None);
        await using (StoreSession session = await small.OpenAsync(small.Storage, CancellationToken.None))
        {
            await small.BackupAsync(session);
            small._temp.WriteFile("src/sub/second", TestContent.Random(200, 3));
            VtBackup second = await small.BackupAsync(session);
            await session.Storage.PutAsync(
                StoreNames.Amendment(second.Id, 1), session.Config.Id, BackupRecord.WriteAmendment(second.Id, 1, ["kept"], "of a test", true), CancellationToken.None);
            if (atWork)
            {
                DataFileId lease = DataFileId.New();
                string trash = TrashRecord.NewName();
                foreach ((string name, byte[] bytes) in ((string, byte[])[])
                    [
                        (StoreNames.Lease(lease.ToString()), LeaseRecord.Write(lease, "backup", "boot", false)),
                        (trash, TrashRecord.Write([DataFileId.New()])),
                        (StoreNames.Beat(lease.ToString(), 1), LeaseRecord.WriteBeat(lease, 1, [trash])),
                    ])
                {
                    await session.Storage.PutAsync(name, lease.ToString(), bytes, CancellationToken.None);
                }
            }
        }

        (small.Right, List<VtException> errors) = await small.ReadAsync(small.Storage, CancellationToken.None);
        return errors.Count == 0 ? small : throw errors[0];
    }

    private StoreAddress Address => new("memory") { Credentials = _credentials };

    /// <summary>Opens a Store with these secrets over a storage, which stays open.</summary>
    public Task<StoreSession> OpenAsync(IObjectStorage storage, CancellationToken cancellationToken) =>
        StoreSession.OpenAsync(Address, new HookedStorage(storage, (_, _) => Task.CompletedTask), new MemoryBlockIndexFactory(), cancellationToken, parallelism: 1);

    /// <summary>A copy in which one object has other bytes.</summary>
    public async Task<MemoryStorage> ReplaceAsync(string name, byte[] bytes)
    {
        MemoryStorage copy = Storage.Copy();
        await copy.DeleteAsync(name, CancellationToken.None);
        copy.Put(name, bytes);
        return copy;
    }

    /// <summary>
    /// Reads every backup whole. A line for each path, with all that a restore would write; what cannot be read is left out, and its error is in the list.
    /// An error that keeps the Store from being opened is one of the list, too.
    /// </summary>
    public async Task<(SortedDictionary<string, string> Lines, List<VtException> Errors)> ReadAsync(IObjectStorage storage, CancellationToken cancellationToken)
    {
        SortedDictionary<string, string> lines = new(StringComparer.Ordinal);
        List<VtException> errors = [];
        try
        {
            await using StoreSession session = await OpenAsync(storage, cancellationToken);
            foreach (VtBackup backup in await BackupCatalog.ReadAllAsync(session, errors.Add, cancellationToken))
            {
                lines[backup.Id] = $"{backup.HostName} {backup.UserName} {backup.Subset} {string.Join(',', backup.Tag)} {backup.Comment} {backup.Status} {backup.StartTime:O} {backup.Root}";
                await ReadAsync(session, VtBlockReference.Parse(backup.Root), backup.Id + "/", lines, errors, cancellationToken);
            }
        }
        catch (VtException e)
        {
            errors.Add(e);
        }

        return (lines, errors);
    }

    public void Dispose() => _temp.Dispose();

    private static async Task ReadAsync(
        StoreSession session, VtBlockReference directory, string prefix, SortedDictionary<string, string> lines, List<VtException> errors, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (TreeEntry entry in session.Trees.ReadDirectoryAsync(directory, cancellationToken))
            {
                string path = prefix + PathText.Format(entry.Name);
                if (entry.Type == VtItemType.Directory)
                {
                    lines[path] = $"{entry.Mode} {entry.Modified}";
                    await ReadAsync(session, entry.Content!, path + "/", lines, errors, cancellationToken);
                    continue;
                }

                try
                {
                    byte[] content = new byte[entry.Size];
                    int read = entry.Content is null ? 0 : await session.Trees.ReadAsync(entry.Content, 0, content, cancellationToken);
                    string target = entry.LinkTarget is null ? string.Empty : PathText.Format(entry.LinkTarget);
                    lines[path] = $"{entry.Type} {entry.Mode} {entry.Modified} {target} {read} {Convert.ToHexString(SHA256.HashData(content))}";
                }
                catch (VtException e)
                {
                    errors.Add(e);
                }
            }
        }
        catch (VtException e)
        {
            errors.Add(e);
        }
    }

    private Task<VtBackup> BackupAsync(StoreSession session) => BackupOperation.RunAsync(
        session,
        new BackupRequest { Paths = new[] { Encoding.UTF8.GetBytes(_temp.Combine("src")) }.ToAsyncEnumerable(), HostName = "host", ThrottleLimit = 1 },
        NullObserver.Instance,
        CancellationToken.None);
}
