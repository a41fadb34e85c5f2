using VtPS.Engine.Maintenance;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;

namespace VtPS.Engine.Tests.Maintenance;

/// <summary>A Store in memory, a source to back up, and ways to damage what the Store holds.</summary>
internal sealed class DamagedStore : IAsyncDisposable
{
    private DamagedStore(MemoryStorage storage, TestStore store)
    {
        Storage = storage;
        Store = store;
    }

    public MemoryStorage Storage { get; }

    public TestStore Store { get; private set; }

    public TempFolder Source { get; } = new();

    public static async Task<DamagedStore> CreateAsync(Func<CreateStoreRequest, CreateStoreRequest>? with = null)
    {
        MemoryStorage storage = new();
        return new DamagedStore(storage, await TestStore.CreateAsync(storage, with));
    }

    public Task<VtBackup> BackupAsync(string host = "host") => Store.BackupAsync(Source.Path, with: r => r with { Root = Source.PathBytes, Subset = "s", HostName = host });

    public Task<IReadOnlyList<VtTestResult>> TestAsync(Func<TestRequest, TestRequest>? with = null)
    {
        TestRequest request = new();
        return TestOperation.RunAsync(Store.Session, with?.Invoke(request) ?? request, NullObserver.Instance, CancellationToken.None);
    }

    public async Task<List<string>> ListAsync(string prefix)
    {
        List<ObjectInfo> all = await Storage.ListAllAsync(prefix, CancellationToken.None);
        return [.. all.Select(o => o.Name).Order(StringComparer.Ordinal)];
    }

    public ValueTask<byte[]> GetAsync(string name) => Storage.GetAsync(name, int.MaxValue, CancellationToken.None);

    /// <summary>Puts other bytes in an object's place, which no Store ever does.</summary>
    public async Task ReplaceAsync(string name, byte[] bytes)
    {
        await Storage.DeleteAsync(name, CancellationToken.None);
        await Storage.PutAsync(name, "test", bytes, CancellationToken.None);
    }

    public async Task FlipAsync(string name, int at, byte mask = 1)
    {
        byte[] bytes = await GetAsync(name);
        bytes[at] ^= mask;
        await ReplaceAsync(name, bytes);
    }

    /// <summary>The data files of one kind.</summary>
    public async Task<List<string>> DataFilesAsync(DataFileContent content)
    {
        List<string> found = [];
        foreach (string name in await ListAsync(StoreNames.Data))
        {
            if (StoreNames.TryParseDataFile(name, out DataFileId id) && await Store.Session.DataFiles.ReadContentAsync(id, CancellationToken.None) == content)
            {
                found.Add(name);
            }
        }

        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Source.Dispose();
    }
}
