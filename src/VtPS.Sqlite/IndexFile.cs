using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace VtPS.Sqlite;

/// <summary>
/// The database file of a Store's index: opens it, makes it, and makes it anew when it is damaged. A lock file beside it is held meanwhile, because
/// a database must never be opened between the removal of its file and that of its write-ahead log.
/// </summary>
internal sealed class IndexFile
{
    /// <summary>The form of the tables. A higher number in a file is of a newer program and is left alone; a lower one is made anew.</summary>
    public const int SchemaVersion = 1;

    // "VtIx"
    private const int ApplicationId = 0x56744978;
    private const int BusyMilliseconds = 5_000;

    private readonly string _folder;
    private readonly string _path;

    /// <summary>Names a file, without touching the disk.</summary>
    /// <param name="folder">The cache folder.</param>
    /// <param name="storeId">The Store's id.</param>
    public IndexFile(string folder, string storeId)
    {
        // The id was read from a Store that anyone can have written.
        bool isPlain = storeId.Length is > 0 and <= 100;
        foreach (char c in storeId)
        {
            isPlain &= char.IsAsciiLetterOrDigit(c) || c == '-';
        }

        _folder = folder;
        _path = Path.Combine(folder, (isPlain ? storeId : "x-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(storeId)))) + ".sqlite");
    }

    /// <summary>The file beside it in which this machine remembers the leases that it has seen.</summary>
    public string LeaseMemoryPath => Path.ChangeExtension(_path, ".leases");

    /// <summary>Makes the folder; whether it is one of this machine.</summary>
    public bool TryMakeFolder()
    {
        try
        {
            CacheFolder.Create(_folder);
            return CacheFolder.IsLocal(_folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Opens the database, making or remaking it where needed.</summary>
    /// <returns>Null where there can be none: the folder is not writable or not of this machine, the file cannot be locked, or a newer program made it.</returns>
    public IndexDatabase? TryOpen(VtHashName hashName)
    {
        try
        {
            CacheFolder.Create(_folder);
            if (!CacheFolder.IsLocal(_folder))
            {
                return null;
            }

            using FileStream gate = Lock();
            try
            {
                return Open(hashName);
            }
            catch (SqliteFailure failure) when (failure.IsDamage)
            {
                DeleteFiles();
                return Open(hashName);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteFailure or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Deletes a damaged database, which nobody in this process has open any longer, as far as that can be done.</summary>
    public void Delete()
    {
        try
        {
            using FileStream gate = Lock();
            DeleteFiles();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays, and whoever opens it next finds the damage again.
        }
    }

    private static void Make(Database database, VtHashName hashName)
    {
        database.Execute("PRAGMA page_size = 8192");
        database.Execute("PRAGMA journal_mode = WAL");
        database.Begin();
        database.Execute(string.Create(CultureInfo.InvariantCulture, $"""
            CREATE TABLE state (hash TEXT NOT NULL, generation INTEGER NOT NULL, last_file INTEGER NOT NULL, last_page INTEGER NOT NULL);
            CREATE TABLE files (number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, length INTEGER NOT NULL,
                first_page INTEGER NOT NULL, pages INTEGER NOT NULL, blocks INTEGER NOT NULL);
            CREATE TABLE pages (number INTEGER PRIMARY KEY, content BLOB NOT NULL);
            CREATE TABLE tags (file INTEGER PRIMARY KEY, content BLOB NOT NULL);
            CREATE TABLE given_up (id BLOB PRIMARY KEY) WITHOUT ROWID;
            CREATE TABLE complete (hash BLOB PRIMARY KEY, files INTEGER NOT NULL, writer INTEGER NOT NULL) WITHOUT ROWID;
            INSERT INTO state VALUES ('{VtHashNames.Text(hashName)}', 0, 0, 0);
            PRAGMA application_id = {ApplicationId};
            PRAGMA user_version = {SchemaVersion};
            """));
        database.Commit();
    }

    private FileStream Lock()
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        string path = Path.ChangeExtension(_path, ".lock");
        for (long until = Environment.TickCount64 + BusyMilliseconds; ;)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException) && Environment.TickCount64 < until && File.Exists(path))
            {
                Thread.Sleep(2);
            }
        }
    }

    private IndexDatabase? Open(VtHashName hashName)
    {
        // Made here for the mode: SQLite would make it readable by all. Never opened when it is there: closing it would drop the locks
        // that another connection of this process holds.
        if (!File.Exists(_path))
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            new FileStream(_path, options).Dispose();
        }

        Database database = Database.Open(_path, BusyMilliseconds);
        try
        {
            long version = database.QueryNumber("PRAGMA user_version");
            if (version == 0 && database.QueryNumber("SELECT count(*) FROM sqlite_master") == 0)
            {
                Make(database, hashName);
            }
            else if (version > SchemaVersion && database.QueryNumber("PRAGMA application_id") == ApplicationId)
            {
                database.Dispose();
                return null;
            }
            else if (version != SchemaVersion || database.QueryNumber("PRAGMA application_id") != ApplicationId
                || database.QueryText("SELECT hash FROM state") != VtHashNames.Text(hashName))
            {
                throw new SqliteFailure(SQLitePCL.raw.SQLITE_NOTADB, $"'{_path}' is no index of this Store.");
            }

            if (database.QueryText("PRAGMA journal_mode") != "wal")
            {
                database.Dispose();
                return null;
            }

            // In WAL mode NORMAL keeps the database whole through a power cut without a sync a transaction.
            database.Execute("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 4096");
            return new IndexDatabase(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private void DeleteFiles()
    {
        // The database first: a connection to it that another process still has then leaves files of that name alone when it closes.
        File.Delete(_path);
        File.Delete(_path + "-wal");
        File.Delete(_path + "-shm");
    }
}
