using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.Copies;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Faults;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Copies;

/// <summary>Two Stores in memory, a tree to back up into the one, and short ways to copy to the other.</summary>
internal sealed class CopyHome : IDisposable
{
    public TempFolder Temp { get; } = new();

    public MemoryStorage Source { get; private set; } = new();

    public MemoryStorage Destination { get; private set; } = new();

    public StoreCredentials? SourceKey { get; private set; }

    public StoreCredentials? DestinationKey { get; private set; }

    /// <summary>Makes both Stores.</summary>
    public static async Task<CopyHome> CreateAsync(
        Func<CreateStoreRequest, CreateStoreRequest>? source = null, Func<CreateStoreRequest, CreateStoreRequest>? destination = null, bool encryptSource = false, bool encryptDestination = false)
    {
        CopyHome home = new();
        home.SourceKey = encryptSource ? home.Key("source.key", 1) : null;
        home.DestinationKey = encryptDestination ? home.Key("destination.key", 2) : null;
        await MakeAsync(home.Source, home.SourceKey, source);
        await MakeAsync(home.Destination, home.DestinationKey, destination);
        return home;
    }

    public Task<StoreSession> OpenSourceAsync(IObjectStorage? storage = null) => StoreCheck.OpenAsync(storage ?? Source, credentials: SourceKey);

    public Task<StoreSession> OpenDestinationAsync(IObjectStorage? storage = null) => StoreCheck.OpenAsync(storage ?? Destination, credentials: DestinationKey);

    /// <summary>Writes the tree: small files in two directories, one of many chunks, one of zeros, one that has the bytes of another.</summary>
    public void WriteTree(int files = 12)
    {
        for (int i = 0; i < files; i++)
        {
            Temp.WriteFile($"src/{i % 3}/{i}.bin", TestContent.Random(2000 + (40 * i), (ulong)(i + 1)));
        }

        Temp.WriteFile("src/deep/er/large.bin", TestContent.Random(3_000_000, 99));
        Temp.WriteFile("src/deep/zeros.bin", new byte[500_000]);
        Temp.WriteFile("src/deep/same.bin", TestContent.Random(2000, 1));
        Temp.WriteFile("src/deep/empty.bin", []);
    }

    /// <summary>Backs the tree up into the source Store.</summary>
    public async Task<VtBackup> BackupAsync(Func<BackupRequest, BackupRequest>? with = null, CancellationToken cancellationToken = default)
    {
        await using StoreSession session = await OpenSourceAsync();
        return await BackupAsync(session, with, cancellationToken);
    }

    public Task<VtBackup> BackupAsync(StoreSession session, Func<BackupRequest, BackupRequest>? with = null, CancellationToken cancellationToken = default)
    {
        BackupRequest request = new() { Paths = new[] { Encoding.UTF8.GetBytes(Temp.Combine("src")) }.ToAsyncEnumerable(), HostName = "host", Subset = "s" };
        return BackupOperation.RunAsync(session, with?.Invoke(request) ?? request, NullObserver.Instance, cancellationToken);
    }

    /// <summary>Copies with fresh sessions.</summary>
    public async Task<CopyBackupResult> CopyAsync(
        IReadOnlyList<VtBackup> backups, Func<CopyBackupRequest, CopyBackupRequest>? with = null, IOperationObserver? observer = null, IObjectStorage? source = null, IObjectStorage? destination = null, CancellationToken cancellationToken = default)
    {
        await using StoreSession from = await OpenSourceAsync(source);
        await using StoreSession to = await OpenDestinationAsync(destination);
        CopyBackupRequest request = new() { Backups = backups };
        return await CopyBackupOperation.RunAsync(from, to, with?.Invoke(request) ?? request, observer ?? NullObserver.Instance, cancellationToken);
    }

    /// <summary>What each backup of the destination holds; every block and side-car is read.</summary>
    public Task<Dictionary<string, string>> ReadDestinationAsync() => StoreCheck.ReadAllAsync(Destination, DestinationKey);

    public string DescribeTree() => StoreCheck.DescribeLive(Temp.Combine("src"));

    /// <summary>Asserts that the destination has just these backups, all of them whole, and nothing of a writer.</summary>
    public async Task AssertDestinationAsync(params (VtBackup Backup, string Content)[] expected)
    {
        Dictionary<string, string> found = await ReadDestinationAsync();
        Assert.Equal(expected.Select(e => e.Backup.Id).Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, e => Assert.Equal(e.Content, found[e.Backup.Id]));
        Assert.Empty(await Destination.ListAllAsync(StoreNames.Leases, CancellationToken.None));
    }

    /// <summary>Every object of a storage with its bytes: equal texts are equal Stores.</summary>
    public static async Task<string> SnapshotAsync(IObjectStorage storage)
    {
        List<string> lines = [];
        foreach (ObjectInfo info in await storage.ListAllAsync(string.Empty, CancellationToken.None))
        {
            byte[] bytes = await storage.GetAsync(info.Name, int.MaxValue, CancellationToken.None);
            lines.Add($"{info.Name} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes))}");
        }

        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines);
    }

    /// <summary>Deletes every data file of a Store.</summary>
    public static async Task DeleteDataAsync(MemoryStorage storage)
    {
        foreach (ObjectInfo file in await storage.ListAllAsync(StoreNames.Data, CancellationToken.None))
        {
            await storage.DeleteAsync(file.Name, CancellationToken.None);
        }
    }

    /// <summary>Declares every writer of a Store dead.</summary>
    public static async Task BuryAllAsync(MemoryStorage storage)
    {
        foreach (ObjectInfo lease in await storage.ListAllAsync(StoreNames.Leases, CancellationToken.None))
        {
            await storage.DeleteAsync(lease.Name, CancellationToken.None);
        }
    }

    public void Dispose() => Temp.Dispose();

    private static Task MakeAsync(MemoryStorage storage, StoreCredentials? credentials, Func<CreateStoreRequest, CreateStoreRequest>? with)
    {
        CreateStoreRequest request = new() { Address = new StoreAddress("memory"), Credentials = credentials, Iterations = 1000, AverageBlock = 64 << 10 };
        return StoreCreation.CreateAsync(with?.Invoke(request) ?? request, storage, NullObserver.Instance, CancellationToken.None);
    }

    private StoreCredentials Key(string name, ulong seed) => new() { KeyFile = Temp.WriteFile(name, TestContent.Random(64, seed)) };
}
