using System.Text;
using VtPS.Engine.Backups;
using VtPS.Engine.IO;
using VtPS.Engine.Maintenance;
using VtPS.Engine.Objects;
using VtPS.Engine.Operations;
using VtPS.Engine.Restores;
using VtPS.Engine.Stores;
using VtPS.Engine.Tests.Restores;
using VtPS.Engine.Tests.Support;
using VtPS.Engine.Trees;
using VtPS.Sqlite;

namespace VtPS.Engine.Tests.WrongDoors;

/// <summary>A Store in a folder, plain or opened by a key file, that a test can tamper with: what is in it is made record by record. Each look at it is with fresh eyes.</summary>
internal sealed class DoorStore : IDisposable
{
    private DoorStore(StoreCredentials? credentials) => Credentials = credentials;

    public TempFolder Temp { get; } = new();

    public StoreCredentials? Credentials { get; private set; }

    public string Path { get; set; } = string.Empty;

    /// <summary>Where a client keeps what it has seen, its index too.</summary>
    public string Cache => Temp.Combine("cache");

    public string Source => Temp.Combine("src");

    public static async Task<DoorStore> CreateAsync(bool encrypted = false, ulong key = 1, string compression = "none")
    {
        DoorStore door = new(null);
        door.Path = door.Temp.Combine("store");
        door.Credentials = encrypted ? door.KeyFile(key) : null;
        await StoreCreation.CreateAsync(
            new CreateStoreRequest { Address = door.Address, Credentials = door.Credentials, AverageBlock = 4096, Compression = compression }, NullObserver.Instance, CancellationToken.None);
        return door;
    }

    /// <summary>Makes a key file.</summary>
    public StoreCredentials KeyFile(ulong seed) => new() { KeyFile = Temp.WriteFile($"key{seed}", TestContent.Random(32, seed)) };

    /// <summary>Opens the Store as the client whose cache this is, or as one that has never seen it.</summary>
    public Task<StoreSession> OpenAsync(bool known = false, StoreCredentials? credentials = null, string? path = null) => StoreSession.OpenAsync(
        new StoreAddress(path ?? Path) { Credentials = credentials ?? Credentials },
        known ? new SqliteBlockIndexFactory(Cache) : new MemoryBlockIndexFactory(),
        CancellationToken.None);

    /// <summary>Puts each block into a record of its own, all in one data file.</summary>
    public async Task<List<VtBlockReference>> AddFileAsync(DataFileContent content, params byte[][] blocks)
    {
        await using StoreSession session = await OpenAsync();
        await using StoreWriter writer = await StoreWriter.OpenAsync(session, "test", CancellationToken.None);
        BlockPacker packer = writer.CreatePacker(content);
        List<VtBlockReference> references = [];
        foreach (byte[] block in blocks)
        {
            references.Add(VtBlockReference.OfHash(packer.Add(block), block.Length));
            packer.FlushRecord();
        }

        await writer.FlushAsync();
        return references;
    }

    /// <summary>Puts a directory of these very entries in this very order, and a backup of it.</summary>
    public async Task<VtBackup> PutBackupAsync(params TreeEntry[] entries) => await PutBackupAsync(await AddDirectoryAsync(entries));

    public async Task<VtBackup> PutBackupAsync(VtBlockReference root, VtBlockReference? sideCar = null)
    {
        await using StoreSession session = await OpenAsync();
        VtBackup backup = new()
        {
            Id = DataFileId.New().ToString(),
            Store = Path,
            StoreId = session.Config.Id,
            HostName = "host",
            UserName = "user",
            Subset = "crafted",
            SourcePath = ["/crafted"],
            StartTime = DateTime.UtcNow,
            EndTime = DateTime.UtcNow,
            Root = root.ToString(),
            SideCar = sideCar,
            ProgramVersion = "0",
        };
        await session.Storage.PutAsync(StoreNames.Backup(backup.Id), backup.Id, BackupRecord.Write(backup), CancellationToken.None);
        return backup;
    }

    /// <summary>Puts a directory of these very entries in this very order.</summary>
    public async Task<VtBlockReference> AddDirectoryAsync(params TreeEntry[] entries)
    {
        ByteWriter content = new();
        foreach (TreeEntry entry in entries)
        {
            TreeEntryCodec.Write(content, entry, new ByteWriter());
        }

        return (await AddFileAsync(DataFileContent.Trees, content.Written.ToArray()))[0];
    }

    /// <summary>A file for each block, named a, b, c, …</summary>
    public static TreeEntry[] Files(IEnumerable<VtBlockReference> contents) => [.. contents.Select((content, i) => CraftedTree.File(((char)('a' + i)).ToString(), content))];

    /// <summary>Backs up the source as the client whose cache this is.</summary>
    public async Task<VtBackup> BackupAsync(StoreSession? open = null, string? path = null)
    {
        StoreSession session = open ?? await OpenAsync(known: true, path: path);
        try
        {
            return await BackupOperation.RunAsync(
                session,
                new BackupRequest { Paths = new[] { Encoding.UTF8.GetBytes(Source) }.ToAsyncEnumerable(), HostName = "host" },
                NullObserver.Instance,
                CancellationToken.None);
        }
        finally
        {
            if (open is null)
            {
                await session.DisposeAsync();
            }
        }
    }

    /// <summary>Restores a backup, leaving out what is damaged.</summary>
    public async Task<DoorRestore> RestoreAsync(VtBackup backup, string? path = null)
    {
        string to = Temp.Combine("out-" + Guid.NewGuid().ToString("n"));
        RecordingObserver observer = new();
        await using StoreSession session = await OpenAsync(path: path);
        await RestoreOperation.RunAsync(
            session,
            new RestoreRequest { Selections = [new RestoreSelection(backup, [])], Destination = Encoding.UTF8.GetBytes(to), NumericId = true, OnDamage = OnDamage.Skip },
            observer,
            CancellationToken.None);
        return new DoorRestore(to, [.. observer.Errors]);
    }

    /// <summary>Checks everything and returns what is damaged.</summary>
    public async Task<List<VtTestResult>> TestAsync(string? path = null)
    {
        await using StoreSession session = await OpenAsync(path: path);
        IReadOnlyList<VtTestResult> results = await TestOperation.RunAsync(session, new TestRequest { Data = true }, NullObserver.Instance, CancellationToken.None);
        return [.. results.Where(result => result.IsDamage)];
    }

    /// <summary>The Store's files below a folder of it.</summary>
    public string[] StoreFiles(string folder, string? path = null) =>
        [.. Directory.GetFiles(System.IO.Path.Combine(path ?? Path, folder), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>Copies a folder with all that is in it to a path that is not there.</summary>
    public static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = System.IO.Path.Combine(to, System.IO.Path.GetRelativePath(from, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public void Dispose() => Temp.Dispose();

    private StoreAddress Address => new(Path) { Credentials = Credentials };
}
