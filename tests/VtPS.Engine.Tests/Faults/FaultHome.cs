using VtPS.Engine.Backups;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;

namespace VtPS.Engine.Tests.Faults;

/// <summary>
/// A small Store in memory with three sources (a, b, c) that share some content, two backups of them, and data files that hold what a removed backup needed beside
/// what others still need.
/// </summary>
internal sealed class FaultHome : IDisposable
{
    private readonly TempFolder _temp = new();

    private FaultHome()
    {
    }

    /// <summary>The backup of a: it stays, unless a test removes it.</summary>
    public VtBackup Kept { get; private set; } = null!;

    /// <summary>A second backup that stays, of d.</summary>
    public VtBackup AlsoKept { get; private set; } = null!;

    public MemoryStorage Storage { get; private set; } = new();

    /// <summary>Makes the Store.</summary>
    /// <param name="settle">Wait until files are old enough to pass the change test: then a run reuses what its base has without reading.</param>
    /// <param name="duplicates">Let two runs at once store the same blocks, so that some lie in two data files.</param>
    /// <param name="encrypted">Make an encrypted Store, which <see cref="Credentials"/> opens.</param>
    public static async Task<FaultHome> CreateAsync(bool settle = false, bool duplicates = false, bool encrypted = false)
    {
        FaultHome home = new();
        home.Credentials = encrypted ? home.WriteKeyFile("key", 1) : null;
        home.WriteSource("old", 1, 2, 3, 4);
        home.WriteSource("a", 1, 2);
        home.WriteSource("b", 2, 3, 5);
        home.WriteSource("c", 1, 5, 6);
        if (settle)
        {
            await Task.Delay(2100);
        }

        await StoreCreation.CreateAsync(new CreateStoreRequest { Address = new StoreAddress("memory"), Credentials = home.Credentials, Iterations = 1000 }, home.Storage, NullObserver.Instance, CancellationToken.None);
        await using StoreSession session = await StoreCheck.OpenAsync(home.Storage, credentials: home.Credentials);
        VtBackup old;
        if (duplicates)
        {
            // It looks before the first run puts anything, so it stores some of the same once more.
            await using StoreSession second = await StoreCheck.OpenAsync(home.Storage, credentials: home.Credentials);
            await using StoreWriter blind = await StoreWriter.OpenAsync(second, "test", CancellationToken.None);
            old = await home.BackupAsync(session, "old");
            BlockPacker packer = blind.CreatePacker(DataFileContent.Files);
            foreach (int content in (int[])[1, 2, 7])
            {
                packer.Add(TestContent.Random(300 + content, (ulong)content));
            }

            await blind.FlushAsync();
        }
        else
        {
            old = await home.BackupAsync(session, "old");
        }

        home.Kept = await home.BackupAsync(session, "a");
        home.WriteSource("d", 1, 4, 8);
        home.AlsoKept = await home.BackupAsync(session, "d");
        VtBackup gone = await home.BackupAsync(session, "c");
        await RemoveAsync(home.Storage, old.Id);
        await RemoveAsync(home.Storage, gone.Id);
        return home;
    }

    public static async Task RemoveAsync(IObjectStorage storage, string id) => await storage.DeleteAsync(StoreNames.Backup(id), CancellationToken.None);

    /// <summary>What opens the Store; null where it is plain.</summary>
    public StoreCredentials? Credentials { get; private set; }

    /// <summary>Makes a key file.</summary>
    public StoreCredentials WriteKeyFile(string name, ulong seed) =>
        new() { KeyFile = _temp.WriteFile(name, TestContent.Random(64, seed)) };

    /// <summary>Gives an encrypted Store a new key, which alone opens it from then on; what is stored stays sealed under the old one.</summary>
    public async Task ChangeKeyAsync()
    {
        StoreCredentials next = WriteKeyFile("changed", 2);
        await using (StoreSession session = await StoreCheck.OpenAsync(Storage, credentials: Credentials))
        {
            await KeyOperations.UpdateAsync(session, next, 1000, CancellationToken.None);
        }

        Credentials = next;
    }

    /// <summary>The path of a source.</summary>
    public string Source(string name) => _temp.Combine(name);

    /// <summary>Writes a source of small files; equal numbers mean equal content.</summary>
    public void WriteSource(string name, params int[] contents)
    {
        foreach (int content in contents)
        {
            _temp.WriteFile($"{name}/{content % 2}/{content}.bin", TestContent.Random(300 + content, (ulong)content));
        }
    }

    public Task<VtBackup> BackupAsync(StoreSession session, string name) => BackupOperation.RunAsync(
        session,
        new BackupRequest { Paths = new[] { System.Text.Encoding.UTF8.GetBytes(Source(name)) }.ToAsyncEnumerable(), HostName = "host", ThrottleLimit = 1 },
        NullObserver.Instance,
        CancellationToken.None);

    /// <summary>Another Store, plain, with a backup of one source.</summary>
    public async Task<(MemoryStorage Storage, VtBackup Backup)> CreateOtherAsync(string source)
    {
        MemoryStorage other = new();
        await StoreCreation.CreateAsync(new CreateStoreRequest { Address = new StoreAddress("memory") }, other, NullObserver.Instance, CancellationToken.None);
        await using StoreSession session = await StoreCheck.OpenAsync(other);
        return (other, await BackupAsync(session, source));
    }

    public void Dispose() => _temp.Dispose();
}
