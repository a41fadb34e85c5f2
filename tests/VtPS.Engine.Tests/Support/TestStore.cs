using System.Security;
using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.IO;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Trees;

namespace VtPS.Engine.Tests.Support;

/// <summary>A Store for a test, in a folder or in memory, with short ways to do what users do.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private static readonly AsyncLocal<StoreCredentials?> Encryption = new();

    private TestStore(StoreSession session) => Session = session;

    /// <summary>
    /// From here on this test's Stores are made encrypted and opened with their password, unless it says otherwise itself: called in the constructor of a class
    /// that runs another's tests again.
    /// </summary>
    public static void EncryptFromHere()
    {
        SecureString password = new();
        foreach (char c in "over and over again")
        {
            password.AppendChar(c);
        }

        Encryption.Value = new StoreCredentials { Password = password };
    }

    public StoreSession Session { get; }

    public IObjectStorage Storage => Session.Storage;

    /// <summary>Makes and opens a Store in a folder; the index is in memory.</summary>
    public static async Task<TestStore> CreateAsync(string path, Func<CreateStoreRequest, CreateStoreRequest>? with = null, IBlockIndexFactory? indexes = null)
    {
        CreateStoreRequest request = new() { Address = new StoreAddress(path), Credentials = Encryption.Value, Iterations = 1_000 };
        await StoreCreation.CreateAsync(with?.Invoke(request) ?? request, NullObserver.Instance, CancellationToken.None);
        return await OpenAsync(path, indexes);
    }

    /// <summary>Opens a Store in a folder.</summary>
    public static async Task<TestStore> OpenAsync(string path, IBlockIndexFactory? indexes = null) =>
        new(await StoreSession.OpenAsync(new StoreAddress(path) { Credentials = Encryption.Value }, indexes ?? new MemoryBlockIndexFactory(), CancellationToken.None));

    /// <summary>Opens a Store over a storage once more, with an index of its own; whoever is disposed first disposes the storage.</summary>
    public static async Task<TestStore> OpenAsync(IObjectStorage storage) =>
        new(await StoreSession.OpenAsync(new StoreAddress("memory") { Credentials = Encryption.Value }, storage, new MemoryBlockIndexFactory(), CancellationToken.None));

    /// <summary>Stores blocks under a lease, makes them durable and returns their hashes.</summary>
    public async Task<List<VtHash>> AddBlocksAsync(IEnumerable<byte[]> blocks)
    {
        await using StoreWriter writer = await StoreWriter.OpenAsync(Session, "test", CancellationToken.None);
        BlockPacker packer = writer.CreatePacker(DataFileContent.Files);
        List<VtHash> hashes = [.. blocks.Select(b => packer.Add(b))];
        await writer.FlushAsync();
        return hashes;
    }

    /// <summary>The objects of the Store whose names begin so, sorted.</summary>
    public async Task<List<string>> ObjectsAsync(string prefix = "") =>
        [.. (await Storage.ListAllAsync(prefix, CancellationToken.None)).Select(i => i.Name).Order(StringComparer.Ordinal)];

    /// <summary>Makes and opens a Store over a storage.</summary>
    public static async Task<TestStore> CreateAsync(IObjectStorage storage, Func<CreateStoreRequest, CreateStoreRequest>? with = null)
    {
        CreateStoreRequest request = new() { Address = new StoreAddress("memory") { Credentials = Encryption.Value }, Credentials = Encryption.Value, Iterations = 1_000 };
        await StoreCreation.CreateAsync(with?.Invoke(request) ?? request, storage, NullObserver.Instance, CancellationToken.None);
        return new(await StoreSession.OpenAsync(request.Address, storage, new MemoryBlockIndexFactory(), CancellationToken.None));
    }

    /// <summary>Backs up one path.</summary>
    public Task<VtBackup> BackupAsync(string path, IOperationObserver? observer = null, Func<BackupRequest, BackupRequest>? with = null, CancellationToken cancellationToken = default) =>
        BackupAsync([Encoding.UTF8.GetBytes(path)], observer, with, cancellationToken);

    /// <summary>Backs up paths.</summary>
    public Task<VtBackup> BackupAsync(byte[][] paths, IOperationObserver? observer = null, Func<BackupRequest, BackupRequest>? with = null, CancellationToken cancellationToken = default)
    {
        BackupRequest request = new() { Paths = paths.ToAsyncEnumerable(), HostName = "host" };
        return BackupOperation.RunAsync(Session, with?.Invoke(request) ?? request, observer ?? NullObserver.Instance, cancellationToken);
    }

    /// <summary>The text of an inside path's file.</summary>
    public async Task<byte[]> ReadFileAsync(VtBackup backup, string insidePath)
    {
        VtBlockReference at = VtBlockReference.Parse(backup.Root);
        foreach (string name in insidePath.Split('/'))
        {
            VtBlockReference? next = null;
            await foreach (TreeEntry entry in Session.Trees.ReadDirectoryAsync(at, CancellationToken.None))
            {
                if (PathText.Format(entry.Name) == name)
                {
                    next = entry.Content;
                }
            }

            at = next ?? throw new FileNotFoundException(insidePath);
        }

        byte[] bytes = new byte[at.Length];
        await Session.Trees.ReadAsync(at, 0, bytes, CancellationToken.None);
        return bytes;
    }

    /// <summary>Every path in a backup with its type, sorted as the walk goes.</summary>
    public async Task<List<string>> ListAsync(VtBackup backup)
    {
        List<string> paths = [];
        await ListAsync(VtBlockReference.Parse(backup.Root), string.Empty, paths);
        return paths;
    }

    public ValueTask DisposeAsync() => Session.DisposeAsync();

    private async Task ListAsync(VtBlockReference directory, string prefix, List<string> paths)
    {
        await foreach (TreeEntry entry in Session.Trees.ReadDirectoryAsync(directory, CancellationToken.None))
        {
            string path = prefix + PathText.Format(entry.Name);
            paths.Add(path);
            if (entry.Type == VtItemType.Directory)
            {
                await ListAsync(entry.Content!, path + "/", paths);
            }
        }
    }
}
