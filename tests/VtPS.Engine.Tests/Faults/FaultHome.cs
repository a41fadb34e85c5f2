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

    public MemoryStorage Storage { get; private set; } = new();

    public static async Task<FaultHome> CreateAsync()
    {
        FaultHome home = new();
        home.WriteSource("old", 1, 2, 3, 4);
        home.WriteSource("a", 1, 2);
        home.WriteSource("b", 2, 3, 5);
        home.WriteSource("c", 1, 5, 6);
        await StoreCreation.CreateAsync(new CreateStoreRequest { Address = new StoreAddress("memory") }, home.Storage, NullObserver.Instance, CancellationToken.None);
        await using StoreSession session = await StoreCheck.OpenAsync(home.Storage);
        VtBackup old = await home.BackupAsync(session, "old");
        await home.BackupAsync(session, "a");
        VtBackup gone = await home.BackupAsync(session, "c");
        await RemoveAsync(home.Storage, old.Id);
        await RemoveAsync(home.Storage, gone.Id);
        return home;
    }

    public static async Task RemoveAsync(IObjectStorage storage, string id) => await storage.DeleteAsync(StoreNames.Backup(id), CancellationToken.None);

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

    public void Dispose() => _temp.Dispose();
}
