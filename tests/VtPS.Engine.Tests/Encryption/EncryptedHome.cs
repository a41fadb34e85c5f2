using System.Security;
using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.Operations;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Support;
using Xunit;

namespace VtPS.Engine.Tests.Encryption;

/// <summary>An encrypted Store in a temporary folder with a source tree and a client's cache folder, and short ways to open it as someone.</summary>
internal sealed class EncryptedHome : IDisposable
{
    public const string Password = "correct horse";
    public const string Marker = "a-marker-that-nothing-else-has";

    private EncryptedHome() => Cache = Temp.Combine("cache");

    public TempFolder Temp { get; } = new();

    public string Path => Temp.Combine("store");

    public string Source => Temp.Combine("src");

    /// <summary>Where the client keeps what it has seen.</summary>
    public string Cache { get; }

    public static StoreCredentials By(string password)
    {
        SecureString secure = new();
        foreach (char c in password)
        {
            secure.AppendChar(c);
        }

        return new StoreCredentials { Password = secure };
    }

    public static async Task<EncryptedHome> CreateAsync(StoreCredentials? credentials = null)
    {
        EncryptedHome home = new();
        for (int i = 0; i < 20; i++)
        {
            home.Temp.WriteFile($"src/{Marker}-{i}.txt", string.Concat(Enumerable.Repeat($"{Marker} {i} ", 30 + i)));
        }

        Random random = new(1);
        byte[] noise = new byte[300_000];
        random.NextBytes(noise);
        home.Temp.WriteFile("src/noise.bin", noise);
        await StoreCreation.CreateAsync(
            new CreateStoreRequest { Address = new StoreAddress(home.Path), Credentials = credentials ?? By(Password), Iterations = 1_000, AverageBlock = 16 * 1024 },
            NullObserver.Instance,
            CancellationToken.None);
        return home;
    }

    /// <summary>Opens the Store as the client whose cache this is, or as one that has never seen it.</summary>
    public Task<StoreSession> OpenAsync(StoreCredentials? credentials = null, bool fresh = false) => StoreSession.OpenAsync(
        new StoreAddress(Path) { Credentials = credentials ?? By(Password) }, new MemoryBlockIndexFactory(fresh ? null : Cache), CancellationToken.None);

    public Task<VtBackup> BackupAsync(StoreSession session) => BackupOperation.RunAsync(
        session, new BackupRequest { Paths = new[] { Encoding.UTF8.GetBytes(Source) }.ToAsyncEnumerable(), HostName = Marker + "-host" }, NullObserver.Instance, CancellationToken.None);

    /// <summary>Opens, backs up, closes.</summary>
    public async Task<VtBackup> BackupAsync(StoreCredentials? credentials = null)
    {
        await using StoreSession session = await OpenAsync(credentials);
        return await BackupAsync(session);
    }

    /// <summary>Opens and lists the backups; anything damaged is an error.</summary>
    public async Task<List<VtBackup>> ListAsync(StoreCredentials? credentials = null)
    {
        await using StoreSession session = await OpenAsync(credentials);
        return await BackupCatalog.ReadAllAsync(session, e => throw e, CancellationToken.None);
    }

    /// <summary>Restores a backup and says what differs from the source.</summary>
    public async Task<List<string>> RestoreAsync(VtBackup backup, StoreCredentials? credentials = null)
    {
        await using StoreSession session = await OpenAsync(credentials);
        string to = Temp.Combine("out-" + Guid.NewGuid().ToString("n"));
        RecordingObserver observer = new();
        await Engine.Restores.RestoreOperation.RunAsync(
            session,
            new Engine.Restores.RestoreRequest { Selections = [new Engine.Restores.RestoreSelection(backup, [])], Destination = Encoding.UTF8.GetBytes(to), NumericId = true },
            observer,
            CancellationToken.None);
        return [.. observer.Errors.Select(e => e.Id.ToString()), .. TreeComparer.Compare(Source, System.IO.Path.Combine(to, "src"))];
    }

    /// <summary>Every file of the Store below a folder of it.</summary>
    public string[] Files(string folder) => Directory.GetFiles(System.IO.Path.Combine(Path, folder), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();

    public async Task<VtErrorId> ErrorAsync(Func<Task> action) => (await Assert.ThrowsAsync<VtException>(action)).ErrorId;

    public void Dispose() => Temp.Dispose();
}
